using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using HttpRule = ProtocolGateway.Contracts.Model.HttpRule;
using ProtoRule = Google.Api.HttpRule;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Reads google.api.http from a method's options.</summary>
internal static class HttpRuleReader
{
    private static readonly MessageParser<MethodOptions> Parser = MethodOptions.Parser.WithExtensionRegistry([AnnotationsExtensions.Http]);

    /// <summary>The rules of a method in order; empty where it has none. Rules that cannot be used are left out.</summary>
    public static IReadOnlyList<HttpRule> Read(MethodOptions? options, string method, SourceLocation place, List<Diagnostic> diagnostics)
    {
        if (options is null || options.CalculateSize() == 0)
            return [];
        ProtoRule? rule;
        try
        {
            // Sets are parsed without the extension, so that one malformed rule costs one method and not the set.
            rule = options.GetExtension(AnnotationsExtensions.Http) ?? Parser.ParseFrom(options.ToByteString()).GetExtension(AnnotationsExtensions.Http);
        }
        catch (InvalidProtocolBufferException e)
        {
            diagnostics.Add(new(Severity.Warning, place, $"The HTTP rule of {method} is left out: its option google.api.http cannot be read ({e.Message})"));
            return [];
        }

        if (rule is null)
            return [];
        var rules = new List<HttpRule>(1 + rule.AdditionalBindings.Count);
        Add(rules, rule, method, place, diagnostics);
        foreach (var binding in rule.AdditionalBindings)
        {
            if (binding.AdditionalBindings.Count > 0)
                diagnostics.Add(new(Severity.Warning, place, $"Additional bindings within an additional binding of {method} are left out: http.proto allows one level. Move them to the method's rule."));
            Add(rules, binding, method, place, diagnostics);
        }

        return rules;
    }

    private static void Add(List<HttpRule> rules, ProtoRule rule, string method, SourceLocation place, List<Diagnostic> diagnostics)
    {
        var (verb, template) = rule.PatternCase switch
        {
            ProtoRule.PatternOneofCase.Get => ("GET", rule.Get),
            ProtoRule.PatternOneofCase.Put => ("PUT", rule.Put),
            ProtoRule.PatternOneofCase.Post => ("POST", rule.Post),
            ProtoRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
            ProtoRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
            ProtoRule.PatternOneofCase.Custom => (rule.Custom.Kind.ToUpperInvariant(), rule.Custom.Path),
            _ => ("", ""),
        };
        if (Make(verb, template, rule.Body, rule.ResponseBody, place) is { } made)
            rules.Add(made);
        else
            diagnostics.Add(new(Severity.Warning, place, $"An HTTP rule of {method} is left out: it needs an HTTP method and a path that begins with a slash, and has '{verb}' and '{template}'."));
    }

    /// <summary>The rule; null where method or path cannot be one.</summary>
    internal static HttpRule? Make(string verb, string template, string body, string responseBody, SourceLocation place, bool fullyDecode = false) =>
        template.StartsWith('/') && (verb == "*" || IsToken(verb))
            ? new HttpRule { Method = verb, Template = template, Body = body, ResponseBody = responseBody, Source = place, FullyDecodeReservedExpansion = fullyDecode }
            : null;

    private static bool IsToken(string verb)
    {
        foreach (var c in verb)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return false;
        }

        return verb.Length > 0;
    }
}
