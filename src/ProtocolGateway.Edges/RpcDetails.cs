using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>The details of an error as gRPC's clients and Connect's know them.</summary>
internal static class RpcDetails
{
    /// <summary>A backend's own details; what the gateway says itself is an ErrorInfo, as in google.rpc.Status of the REST edge.</summary>
    public static RepeatedField<Any> Of(GatewayError error, string? incident)
    {
        if (!error.StatusDetails.IsEmpty)
        {
            try
            {
                return Status.Parser.ParseFrom(error.StatusDetails.Span).Details;
            }
            catch (InvalidProtocolBufferException)
            {
                // A backend's broken details must not hide its code and message.
                return [];
            }
        }

        if (error.Blame == Blame.Backend && incident is null)
            return [];
        var info = new ErrorInfo { Reason = error.Reason, Domain = "protocol-gateway" };
        if (incident is not null)
            info.Metadata.Add("incidentId", incident);
        return [Any.Pack(info)];
    }
}
