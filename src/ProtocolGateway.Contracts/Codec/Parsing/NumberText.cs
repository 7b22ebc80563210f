using System.Globalization;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>A number by the grammar of RFC 8259 section 6, taken apart: <c>Digits * 10^Exponent</c>.</summary>
internal ref struct NumberText
{
    private const int MaxExponent = 1_000_000_000;

    // 10^22 and 10^10 are the largest powers that a double and a float hold exactly: products and quotients by them round once (Clinger).
    private static readonly double[] _doublePowers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    private static readonly float[] _floatPowers = [1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f];

    private ReadOnlySpan<byte> _text;
    private ulong _digits;
    private int _exponent;
    private bool _truncated;

    public bool Negative { get; private set; }

    /// <summary>Reads the number that the text begins with; returns its length, or -1 when there is none.</summary>
    public static int Read(ReadOnlySpan<byte> text, out NumberText number)
    {
        number = default;
        var i = 0;
        if (text.Length > 0 && text[0] == '-')
        {
            number.Negative = true;
            i = 1;
        }

        var start = i;
        i = number.ReadDigits(text, i, fraction: false);
        if (i == start || (text[start] == '0' && i > start + 1))
            return -1;
        if (i < text.Length && text[i] == '.')
        {
            start = i + 1;
            i = number.ReadDigits(text, start, fraction: true);
            if (i == start)
                return -1;
        }

        if (i < text.Length && (text[i] | 0x20) == 'e')
        {
            i = number.ReadExponent(text, i + 1);
            if (i < 0)
                return -1;
        }

        number._text = text[..i];
        return i;
    }

    /// <summary>The absolute value, when it is a whole number below 2^64.</summary>
    public readonly bool TryWhole(out ulong magnitude)
    {
        magnitude = _digits;
        if (magnitude == 0 && !_truncated)
            return true;
        if (_truncated)
            return false;
        var exponent = _exponent;
        for (; exponent < 0; exponent++)
        {
            if (magnitude % 10 != 0)
                return false;
            magnitude /= 10;
        }

        for (; exponent > 0; exponent--)
        {
            if (magnitude > ulong.MaxValue / 10)
                return false;
            magnitude *= 10;
        }

        return true;
    }

    /// <summary>The nearest double; false when it is beyond the largest.</summary>
    public readonly bool TryDouble(out double value)
    {
        if (!_truncated && _digits <= 1UL << 53 && Math.Abs(_exponent) <= 22)
        {
            value = _exponent < 0 ? _digits / _doublePowers[-_exponent] : _digits * _doublePowers[_exponent];
            if (Negative)
                value = -value;
            return true;
        }

        return double.TryParse(_text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>The nearest float; false when it is beyond the largest. Not by way of double, which would round twice.</summary>
    public readonly bool TryFloat(out float value)
    {
        if (!_truncated && _digits <= 1UL << 24 && Math.Abs(_exponent) <= 10)
        {
            value = _exponent < 0 ? _digits / _floatPowers[-_exponent] : _digits * _floatPowers[_exponent];
            if (Negative)
                value = -value;
            return true;
        }

        return float.TryParse(_text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);
    }

    private int ReadDigits(ReadOnlySpan<byte> text, int i, bool fraction)
    {
        for (; i < text.Length; i++)
        {
            var digit = (uint)text[i] - '0';
            if (digit > 9)
                break;
            if (!_truncated && (_digits < ulong.MaxValue / 10 || (_digits == ulong.MaxValue / 10 && digit <= ulong.MaxValue % 10)))
            {
                _digits = _digits * 10 + digit;
                if (fraction)
                    _exponent--;
                continue;
            }

            _truncated |= digit != 0;
            if (!fraction)
                _exponent++;
        }

        return i;
    }

    private int ReadExponent(ReadOnlySpan<byte> text, int i)
    {
        var negative = false;
        if (i < text.Length && text[i] is (byte)'+' or (byte)'-')
            negative = text[i++] == '-';
        var start = i;
        var exponent = 0L;
        for (; i < text.Length && text[i] is >= (byte)'0' and <= (byte)'9'; i++)
            exponent = Math.Min(exponent * 10 + (text[i] - '0'), MaxExponent);
        if (i == start)
            return -1;
        _exponent += (int)(negative ? -exponent : exponent);
        return i;
    }
}
