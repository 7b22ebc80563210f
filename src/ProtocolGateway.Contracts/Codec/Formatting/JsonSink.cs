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

    /// <summary>The name of a member, with the comma before it unless it is the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Name(MemberName name, bool isFirst)
    {
        var (text, length) = isFirst ? (name.First, name.Length - 1) : (name.Next, name.Length);
        // A copy of constant size is one move; what it writes too much is written over.
        if (length <= MemberName.Padding)
            text.AsSpan(0, MemberName.Padding).CopyTo(Reserve(MemberName.Padding));
        else
            text.AsSpan(0, length).CopyTo(Reserve(length));
        _length += length;
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
        var target = Reserve(utf8.Length + 2);
        target[0] = (byte)'"';
        var plain = PlainText.CopyBeginning(utf8, target[1..]);
        if (plain < utf8.Length)
        {
            _length += plain + 1;
            return TextWithEscapes(utf8[plain..], validate);
        }

        target[plain + 1] = (byte)'"';
        _length += plain + 2;
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

    /// <summary>The rest of a quoted string, from the first byte on that is not plain.</summary>
    private bool TextWithEscapes(ReadOnlySpan<byte> utf8, bool validate)
    {
        for (int plain; !utf8.IsEmpty && utf8[0] < 0x80; utf8 = utf8[plain..])
        {
            EscapeByte(utf8[0]);
            utf8 = utf8[1..];
            plain = PlainText.CopyBeginning(utf8, Reserve(utf8.Length));
            _length += plain;
        }

        if (Utf8.IsValid(utf8))
            Escape(utf8);
        else if (validate)
            return false;
        else
            Replace(utf8);
        Byte('"');
        return true;
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
