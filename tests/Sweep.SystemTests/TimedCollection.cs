namespace Sweep.SystemTests;

/// <summary>
/// The tests that hold how soon a cluster recovers. They run one after the other when all others are over, since a neighbour would change
/// their times. The others wait more than they compute, so that they run beside each other.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TimedCollection
{
    public const string Name = "timed";
}
