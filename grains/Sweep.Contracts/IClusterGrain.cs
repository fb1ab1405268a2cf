namespace Sweep.Contracts;

/// <summary>Everything that a user may do to the cluster itself. The grain's key is 0.</summary>
[Alias("sweep.IClusterGrain")]
public interface IClusterGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Makes a worker take no more trials, give back its running trials with a checkpoint each, and end. The call may be repeated.
    /// </summary>
    /// <param name="worker">The full name of the worker.</param>
    [Alias("Drain")]
    Task<CommandReply> Drain(string worker);
}
