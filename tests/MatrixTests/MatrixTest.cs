using Xunit;

namespace MatrixTests;

/// <summary>A test of the shared gateway: it begins with nothing received, and fails where the program logged an error that it did not declare.</summary>
// One collection: the tests share one recording backend, and each reads what its own call left there.
[Collection("matrix")]
public abstract class MatrixTest : IDisposable
{
    private protected readonly Fixture _fixture;

    private protected MatrixTest(Fixture fixture)
    {
        _fixture = fixture;
        fixture.Forget();
    }

    public void Dispose()
    {
        _fixture.Gateway.Log.ThrowOnUndeclaredErrors();
        GC.SuppressFinalize(this);
    }
}
