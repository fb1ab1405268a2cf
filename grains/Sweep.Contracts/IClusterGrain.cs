namespace Sweep.Contracts;

/// <summary>What a user may do to the cluster itself. The key is 0.</summary>
[Alias("sweep.IClusterGrain")]
public interface IClusterGrain : IGrainWithIntegerKey
{
    /// <summary>The worker takes no more trials, gives back what it trains with a checkpoint, and ends. May be repeated.</summary>
    /// <param name="worker">Its whole name.</param>
    [Alias("Drain")]
    Task<CommandReply> Drain(string worker);
}
