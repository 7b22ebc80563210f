using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Benchmarks.Shop.V1;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;

namespace ProtocolGateway.Benchmarks;

/// <summary>The measured messages, and their types in the neutral model.</summary>
public static class ShopMessages
{
    public const string OneUser = "User", HundredPosts = "ListPostsResponse";

    private static readonly IReadOnlyDictionary<string, MessageType> Types = ProtoModelBuilder.Build(
        new FileDescriptorSet { File = { FileDescriptorProto.Parser.ParseFrom(User.Descriptor.File.SerializedData) } }, "shop.proto").Types;

    public static MessageType TypeOf(IMessage message) => Types[message.Descriptor.FullName];

    public static MessageType? FindType(string fullName) => Types.GetValueOrDefault(fullName);

    public static IMessage Create(string name)
    {
        if (name == OneUser)
        {
            return new User
            {
                Id = 7,
                Name = "Ada Lovelace",
                Username = "ada",
                Email = "ada@example.com",
                Phone = "+1-555-0107",
                Website = "ada.example.com",
            };
        }

        var posts = Enumerable.Range(1, 100).Select(id => new Post
        {
            Id = id,
            UserId = (id - 1) / 10 + 1,
            Title = $"Post number {id}, its title",
            Body = $"Post number {id}, its body: some sentences of plain text, among them one that is \"quoted\".",
        });
        return new ListPostsResponse { Posts = { posts } };
    }
}
