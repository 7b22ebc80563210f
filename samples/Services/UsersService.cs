using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ProtocolGateway.Samples.Users.V1;
using Status = Grpc.Core.Status;

namespace ProtocolGateway.Samples;

/// <summary>users.v1.Users over a table in memory; the state lives as long as the instance, so register it as a singleton.</summary>
public sealed class UsersService(TimeProvider time) : Users.V1.Users.UsersBase
{
    private readonly ConcurrentDictionary<string, User> _users = new(
        new[]
        {
            Seed("ada", "Ada Lovelace", Role.Staff),
            Seed("alan", "Alan Turing", Role.Customer),
            Seed("grace", "Grace Hopper", Role.Customer),
        }.Select(u => KeyValuePair.Create(u.Id, u)));

    private int _lastId;

    /// <inheritdoc />
    public override Task<User> GetUser(GetUserRequest request, ServerCallContext context) => Task.FromResult(Find(request.Id));

    /// <inheritdoc />
    public override Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context)
    {
        var size = request.PageSize switch { 0 => 50, < 0 => throw Bad("page_size is negative."), > 1000 => 1000, var n => n };
        var skip = 0;
        if (request.PageToken.Length > 0 && (!int.TryParse(request.PageToken, CultureInfo.InvariantCulture, out skip) || skip < 0))
            throw Bad("page_token is none that this service gave out.");

        var matching = _users.Values.Where(u => request.Role == Role.Unspecified || u.Role == request.Role)
            .OrderBy(u => u.Id, StringComparer.Ordinal).Skip(skip).Take(size + 1).ToList();
        var answer = new ListUsersResponse { Users = { matching.Take(size) } };
        if (matching.Count > size)
            answer.NextPageToken = (skip + size).ToString(CultureInfo.InvariantCulture);
        return Task.FromResult(answer);
    }

    /// <inheritdoc />
    public override Task<BatchGetUsersResponse> BatchGetUsers(BatchGetUsersRequest request, ServerCallContext context) =>
        Task.FromResult(new BatchGetUsersResponse { Users = { request.Ids.Distinct().Select(id => _users.GetValueOrDefault(id)).OfType<User>() } });

    /// <inheritdoc />
    public override Task<User> CreateUser(CreateUserRequest request, ServerCallContext context)
    {
        if (string.IsNullOrWhiteSpace(request.User?.Name))
            throw Bad("user.name is empty.");
        var user = request.User.Clone();
        user.Id = "u" + Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        user.CreateTime = Timestamp.FromDateTimeOffset(time.GetUtcNow());
        user.Revision = 1;
        _users[user.Id] = user;
        return Task.FromResult(user);
    }

    /// <inheritdoc />
    public override Task<User> UpdateUser(UpdateUserRequest request, ServerCallContext context)
    {
        var user = Find(request.User?.Id ?? "").Clone();
        var mask = request.UpdateMask ?? FieldMask.FromFieldNumbers<User>(User.NameFieldNumber, User.EmailFieldNumber, User.RoleFieldNumber, User.AddressFieldNumber);
        if (!FieldMask.IsValid<User>(mask))
            throw Bad("update_mask names a field that a user does not have.");
        var (id, created) = (user.Id, user.CreateTime);
        mask.Merge(request.User!, user, new FieldMask.MergeOptions { ReplaceMessageFields = true, ReplaceRepeatedFields = true, ReplacePrimitiveFields = true });
        (user.Id, user.CreateTime) = (id, created);
        user.Revision++;
        _users[user.Id] = user;
        return Task.FromResult(user);
    }

    /// <inheritdoc />
    public override Task<Empty> DeleteUser(DeleteUserRequest request, ServerCallContext context) =>
        _users.TryRemove(request.Id, out _) ? Task.FromResult(new Empty()) : throw Missing(request.Id);

    private static User Seed(string id, string name, Role role) => new()
    {
        Id = id,
        Name = name,
        Email = id + "@example.com",
        Role = role,
        Address = new Address { City = "London", Country = "GB" },
        Tags = { "founder" },
        Labels = { ["team"] = "engines" },
        Revision = 1,
    };

    private User Find(string id) => _users.TryGetValue(id, out var user) ? user : throw Missing(id);

    private static RpcException Missing(string id) => new(new Status(StatusCode.NotFound, $"There is no user \"{id}\"."));

    private static RpcException Bad(string message) => new(new Status(StatusCode.InvalidArgument, message));
}
