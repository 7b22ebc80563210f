namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>How many messages may still be sent for a call: whoever sends waits until the client grants more. One sender.</summary>
/// <param name="credit">How many at first.</param>
internal sealed class CreditGate(uint credit)
{
    private readonly Lock _lock = new();
    private long _credit = credit;
    private bool _isOpen;
    private TaskCompletionSource? _waiter;

    /// <summary>Takes the right to send one message; ends when there is one, or when the gate is open.</summary>
    public Task TakeAsync()
    {
        lock (_lock)
        {
            if (_isOpen || _credit-- > 0)
                return Task.CompletedTask;
            _waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task;
        }
    }

    /// <summary>The client takes more.</summary>
    public void Grant(uint more)
    {
        lock (_lock)
        {
            // The one that waits has taken its own already.
            _credit = Math.Min(_credit + more, long.MaxValue / 2);
            if (_credit < 0 || _waiter is null)
                return;
            _waiter.TrySetResult();
            _waiter = null;
        }
    }

    /// <summary>Nobody waits any more: what is sent is for no one.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
            _waiter?.TrySetResult();
            _waiter = null;
        }
    }
}
