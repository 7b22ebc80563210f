using Google.Api;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using ProtocolGateway.Contracts.Model;
using Type = Google.Protobuf.WellKnownTypes.Type;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>The google/protobuf, google/api, google/rpc and google/type files that are built in: sets and reflection servers often leave them out.</summary>
internal static class WellKnownFiles
{
    private static readonly Dictionary<string, FileDescriptor> Files = Collect();
    private static readonly Dictionary<string, MessageDescriptor> Messages = Files.Values
        .SelectMany(file => file.MessageTypes)
        .Where(message => ProtoNames.WellKnownOf(message.FullName) != WellKnown.None)
        .ToDictionary(message => message.FullName, StringComparer.Ordinal);

    /// <summary>There is a built-in file of that name.</summary>
    public static bool Has(string name) => Files.ContainsKey(name);

    /// <summary>The built-in file of that name; null where there is none.</summary>
    public static FileDescriptorProto? Find(string name) => Files.GetValueOrDefault(name)?.ToProto();

    /// <summary>
    /// The special JSON form of a message. A message that only borrows a well-known name, with other fields, has none:
    /// code that handles the special forms relies on their fields.
    /// </summary>
    public static WellKnown Classify(string fullName, DescriptorProto message)
    {
        if (!Messages.TryGetValue(fullName, out var known))
            return WellKnown.None;
        foreach (var field in known.Fields.InDeclarationOrder())
        {
            var expected = field.ToProto();
            var same = message.Field.Any(f => f.Number == expected.Number && f.Name == expected.Name && f.Type == expected.Type
                && (f.Label == FieldDescriptorProto.Types.Label.Repeated) == field.IsRepeated);
            if (!same)
                return WellKnown.None;
        }

        return ProtoNames.WellKnownOf(fullName);
    }

    private static Dictionary<string, FileDescriptor> Collect()
    {
        var files = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        var pending = new Stack<FileDescriptor>(Roots());
        while (pending.TryPop(out var file))
        {
            if (!files.TryAdd(file.Name, file))
                continue;
            foreach (var dependency in file.Dependencies)
                pending.Push(dependency);
        }

        return files;
    }

    private static FileDescriptor[] Roots() =>
    [
        Any.Descriptor.File, Api.Descriptor.File, Duration.Descriptor.File, Empty.Descriptor.File, FieldMask.Descriptor.File,
        SourceContext.Descriptor.File, Struct.Descriptor.File, Timestamp.Descriptor.File, Type.Descriptor.File, Int32Value.Descriptor.File,
        DescriptorReflection.Descriptor, AnnotationsReflection.Descriptor, Google.Api.HttpReflection.Descriptor, HttpbodyReflection.Descriptor,
        ClientReflection.Descriptor, FieldBehaviorReflection.Descriptor, ResourceReflection.Descriptor, RoutingReflection.Descriptor,
        VisibilityReflection.Descriptor, FieldInfoReflection.Descriptor, LaunchStageReflection.Descriptor, AuthReflection.Descriptor,
        StatusReflection.Descriptor, CodeReflection.Descriptor, ErrorDetailsReflection.Descriptor,
        Google.Type.DateReflection.Descriptor, Google.Type.DatetimeReflection.Descriptor, Google.Type.MoneyReflection.Descriptor,
        Google.Type.LatlngReflection.Descriptor, Google.Type.TimeofdayReflection.Descriptor, Google.Type.ColorReflection.Descriptor,
        Google.Type.DayofweekReflection.Descriptor, Google.Type.ExprReflection.Descriptor, Google.Type.IntervalReflection.Descriptor,
        Google.Type.PostalAddressReflection.Descriptor, Google.Type.PhoneNumberReflection.Descriptor,
        Google.Type.DecimalReflection.Descriptor, Google.Type.FractionReflection.Descriptor, Google.Type.MonthReflection.Descriptor,
        Google.Type.QuaternionReflection.Descriptor, Google.Type.LocalizedTextReflection.Descriptor, Google.Type.CalendarPeriodReflection.Descriptor,
    ];
}
