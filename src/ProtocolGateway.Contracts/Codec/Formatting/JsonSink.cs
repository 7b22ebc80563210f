using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>A growing buffer of JSON text. It is kept between messages, so that formatting one allocates nothing.</summary>
internal sealed class JsonSink
{
    // Whatever cannot be copied as it is: quotes, backslash, controls, and all that is not ASCII, which must be checked first.
    private static readonly SearchValues<byte> Special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x81)).Append('"').Append('\\').Select(b => (byte)b)]);

    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Append(0x7F).Append('"').Append('\\').Select(b => (byte)b)]);

    private byte[] _buffer = new byte[1024];
    private int _length;

    /// <summary>How much is written. May be set back, to take back what was written since.</summary>
    public int Length { get => _length; set => _length = value; }

    /// <summary>What is written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Empties the buffer, and gives up one that an uncommonly large message has left behind.</summary>
    public void Reset(int keepAtMost)
    {
        _length = 0;
        if (_buffer.Length > keepAtMost)
            _buffer = new byte[1024];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Byte(char ascii)
    {
        if ((uint)_length >= (uint)_buffer.Length)
            Grow(1);
        _buffer[_length++] = (byte)ascii;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    public void Int(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        _length += written;
    }

    public void UInt(ulong value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        _length += written;
    }

    public void Double(double value)
    {
        if (!double.IsFinite(value))
        {
            NotFinite(value);
            return;
        }

        value.TryFormat(Reserve(32), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    public void Float(float value)
    {
        if (!float.IsFinite(value))
        {
            NotFinite(value);
            return;
        }

        value.TryFormat(Reserve(32), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    public void Base64(ReadOnlySpan<byte> bytes)
    {
        Byte('"');
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, Reserve(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        _length += written;
        Byte('"');
    }

    /// <summary>A quoted string. False, and of no use what was written, where it is not valid UTF-8 and <paramref name="validate"/> asks for that; else U+FFFD stands for what is not.</summary>
    public bool Text(ReadOnlySpan<byte> utf8, bool validate)
    {
        var special = utf8.IndexOfAny(Special);
        if (special < 0)
        {
            var target = Reserve(utf8.Length + 2);
            target[0] = (byte)'"';
            utf8.CopyTo(target[1..]);
            target[utf8.Length + 1] = (byte)'"';
            _length += utf8.Length + 2;
            return true;
        }

        var valid = Utf8.IsValid(utf8[special..]);
        if (!valid && validate)
            return false;
        Byte('"');
        if (valid)
            Escape(utf8);
        else
            Replace(utf8);
        Byte('"');
        return true;
    }

    /// <summary>The inside of a string: valid UTF-8, escaped where JSON asks for it.</summary>
    public void Escape(ReadOnlySpan<byte> utf8)
    {
        while (true)
        {
            var next = utf8.IndexOfAny(Escaped);
            if (next < 0)
            {
                Raw(utf8);
                return;
            }

            Raw(utf8[..next]);
            EscapeByte(utf8[next]);
            utf8 = utf8[(next + 1)..];
        }
    }

    private void EscapeByte(byte value)
    {
        switch (value)
        {
            case (byte)'"': Raw("\\\""u8); return;
            case (byte)'\\': Raw("\\\\"u8); return;
            case (byte)'\n': Raw("\\n"u8); return;
            case (byte)'\r': Raw("\\r"u8); return;
            case (byte)'\t': Raw("\\t"u8); return;
            case (byte)'\b': Raw("\\b"u8); return;
            case (byte)'\f': Raw("\\f"u8); return;
        }

        Raw("\\u00"u8);
        Byte("0123456789abcdef"[value >> 4]);
        Byte("0123456789abcdef"[value & 15]);
    }

    private void Replace(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out _, out var consumed);
            if (status == OperationStatus.Done)
                Escape(bytes[..consumed]);
            else
                Raw("\uFFFD"u8);
            bytes = bytes[Math.Max(1, consumed)..];
        }
    }

    private void NotFinite(double value) =>
        Raw(double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
            Grow(count);
        return _buffer.AsSpan(_length);
    }

    private void Grow(int count)
    {
        var size = Math.Min(Math.Max(_buffer.Length * 2L, (long)_length + count), Array.MaxLength);
        Array.Resize(ref _buffer, (int)size);
    }
}
