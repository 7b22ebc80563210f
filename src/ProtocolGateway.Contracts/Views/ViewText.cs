using System.Text;

namespace ProtocolGateway.Contracts.Views;

/// <summary>Names of OpenAPI as identifiers of protobuf, in the cases that its style guide has. They are ASCII whatever they are made of, and never empty.</summary>
internal static class ViewText
{
    private enum Case
    {
        Pascal,
        Snake,
        Upper,
    }

    /// <summary>Messages, enums, services and methods: <c>getItem</c> is <c>GetItem</c>.</summary>
    public static string Pascal(string name) => Make(name, Case.Pascal, 'X');

    /// <summary>Fields and packages: <c>minStock</c> is <c>min_stock</c>.</summary>
    public static string Snake(string name) => Make(name, Case.Snake, 'x');

    /// <summary>Values of enums: <c>in-stock</c> is <c>IN_STOCK</c>.</summary>
    public static string Upper(string name) => Make(name, Case.Upper, 'X');

    /// <summary>The form in which names of one message must differ: protoc compares those that fields have in JSON by default.</summary>
    public static string Folded(string name) => name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string Make(string name, Case form, char filler)
    {
        var text = new StringBuilder(name.Length + 4);
        var boundary = true;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (!char.IsAsciiLetterOrDigit(c))
            {
                boundary = true;
                continue;
            }

            boundary |= i > 0 && StartsWord(name, i);
            if (boundary && form != Case.Pascal && text.Length > 0)
                text.Append('_');
            text.Append(form switch
            {
                Case.Pascal when boundary => char.ToUpperInvariant(c),
                Case.Pascal => c,
                Case.Snake => char.ToLowerInvariant(c),
                _ => char.ToUpperInvariant(c),
            });
            boundary = false;
        }

        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            text.Insert(0, filler);
        return text.ToString();
    }

    // In minStock the S, in HTTPServer the S.
    private static bool StartsWord(string name, int at) =>
        char.IsAsciiLetterUpper(name[at])
        && (char.IsAsciiLetterLower(name[at - 1]) || char.IsAsciiDigit(name[at - 1])
            || (char.IsAsciiLetterUpper(name[at - 1]) && at + 1 < name.Length && char.IsAsciiLetterLower(name[at + 1])));
}
