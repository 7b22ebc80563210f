using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Edges.Rest.Streaming;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.Rest;

/// <summary>HTTP in, calls out: finds the route of a request, makes a call of it, and hands it to the spine. One per catalog snapshot; it holds no state of its own.</summary>
public sealed class RestEdge
{
    private readonly RestEdgeModel _model;
    private readonly CallHandler _pipeline;
    private readonly TimeProvider _time;
    private readonly RestAnswerWriter _answers;

    /// <summary>An edge over a compiled model.</summary>
    /// <param name="model">What is compiled from the catalog.</param>
    /// <param name="pipeline">The spine.</param>
    /// <param name="time">The clock of deadlines.</param>
    /// <param name="log">Where incidents are logged.</param>
    public RestEdge(RestEdgeModel model, CallHandler pipeline, TimeProvider time, ILogger<RestEdge> log)
    {
        (_model, _pipeline, _time) = (model, pipeline, time);
        _answers = new(new(model.ErrorDetails, model.Options.ErrorFormat), time, log);
    }

    /// <summary>Answers a request, whatever it is. Never throws.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var target = RestRequestReader.RawTarget(context);
        var outcome = _model.Routes.Match(request.Method, target, out var match);
        if (outcome == RouteOutcome.Found)
        {
            var plan = _model.Plans[match.Route!.Index];
            return plan.Operation.Kind == ContractKind.Http ? PassThroughAsync(context, plan, match, target) : TranslateAsync(context, plan, match, target);
        }

        if (outcome == RouteOutcome.MethodNotAllowed && HttpMethods.IsOptions(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            context.Response.Headers.Allow = match.Allow;
            return Task.CompletedTask;
        }

        _answers.Reject(context, Refusal(outcome, request.Method, target, match.Allow), "a request without a route");
        return Task.CompletedTask;
    }

    private static GatewayError Refusal(RouteOutcome outcome, string method, string target, string? allow)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        // Long enough to recognize, short enough not to echo a flood.
        path = path.Length > 200 ? path[..200] + "..." : path;
        return outcome switch
        {
            RouteOutcome.MethodNotAllowed => GatewayErrors.MethodNotAllowed(method, path, allow ?? ""),
            RouteOutcome.Malformed => GatewayErrors.InvalidInput("The request target holds a bad escape or characters that no target may."),
            _ => GatewayErrors.NoRoute(method, path),
        };
    }

    private async Task TranslateAsync(HttpContext context, RestRoutePlan plan, RouteMatch match, string target)
    {
        RestCall? call = null;
        try
        {
            var error = MakeCall(context, plan, match, target, out call);
            if (error is null && call!.Messages is null)
            {
                // The upstream ends a call at its own deadline; before the call, that deadline is the body's too.
                using var bounds = Bounds(call.Deadline);
                error = await RestRequestReader.ReadSingleAsync(context, plan, match, target, call.Request, bounds);
            }

            if (error is null)
                await _pipeline(call!);
            else
                _answers.Reject(context, error, plan.Operation.FullName);
        }
        catch (Exception bug)
        {
            await _answers.BugAsync(context, plan.Operation.FullName, bug);
        }
        finally
        {
            call?.Dispose();
        }
    }

    private GatewayError? MakeCall(HttpContext context, RestRoutePlan plan, in RouteMatch match, string target, out RestCall? call)
    {
        call = null;
        var lines = false;
        var form = plan.RawAnswer ? AnswerForm.Raw : AnswerForm.Single;
        var error = plan.RawAnswer ? null : RestAccept.Choose(context.Request.Headers, plan.StreamsAnswer, out form);
        if (error is null && plan.ReadsBody && !plan.RawRequest && RestRequestReader.HasBody(context))
            error = RestRequestReader.CheckJson(context.Request, plan.StreamsRequest, out lines);
        if (error is not null)
            return error;

        if (plan.StreamsRequest)
            ClientBody.PrepareStream(context);
        call = new(context, plan, _answers, form)
        {
            Operation = plan.Operation,
            Edge = EdgeNames.Rest,
            Cancelled = context.RequestAborted,
            CallerAddress = ClientHeaders.CallerAddress(context),
            Messages = plan.StreamsRequest ? new RequestMessages(context, plan, match, target, _model.Options.MaxRequestBytes, lines).ReadAsync : null,
        };
        return Prepare(context, plan, call, grpc: true);
    }

    private async Task PassThroughAsync(HttpContext context, RestRoutePlan plan, RouteMatch match, string target)
    {
        try
        {
            var request = context.Request;
            var body = RestRequestReader.HasBody(context);
            var error = plan.BindTarget!(in match, target, request.Headers, out var pathAndQuery);
            if (error is null && body)
                error = RestRequestReader.CheckDeclared(request.ContentType, plan.Operation.Http?.RequestMediaTypes ?? []);
            if (error is null && !body && plan.Operation.Http is { RequestBodyRequired: true })
                error = GatewayErrors.InvalidInput("This operation needs a body.");
            using var call = new RestPassThroughCall(context, plan, _answers, body ? Bounds(Deadline.None) : null)
            {
                Operation = plan.Operation,
                Edge = EdgeNames.Rest,
                Cancelled = context.RequestAborted,
                CallerAddress = ClientHeaders.CallerAddress(context),
                HttpRequest = error is not null ? null : new(request.Method, pathAndQuery, body ? request.ContentType : null, body ? request.ContentLength : null, body),
            };
            error ??= Prepare(context, plan, call, grpc: false);
            if (error is null)
                await _pipeline(call);
            else
                _answers.Reject(context, error, plan.Operation.FullName);
        }
        catch (Exception bug)
        {
            await _answers.BugAsync(context, plan.Operation.FullName, bug);
        }
    }

    private TimedBody Bounds(Deadline until) => new(_model.Options.MaxRequestBytes, until, _model.Options.Pace, _time);

    private GatewayError? Prepare(HttpContext context, RestRoutePlan plan, GatewayCall call, bool grpc)
    {
        var error = CallTimeouts.Read(context.Request.Headers, plan.Timeout, _time, out var deadline);
        call.Deadline = deadline;
        return error ?? ClientHeaders.ToBackend(context, call.Headers, call.CallerAddress, grpc);
    }
}
