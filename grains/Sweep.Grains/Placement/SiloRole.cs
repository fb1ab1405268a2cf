namespace Sweep.Grains;

/// <summary>The work that a silo does for the cluster.</summary>
[Flags]
public enum SiloRole
{
    /// <summary>The silo trains.</summary>
    Worker = 1,

    /// <summary>The silo hosts the sweeps and the scheduler.</summary>
    Control = 2,

    Both = Worker | Control,
}
