namespace Sweep.Processes;

/// <summary>A sweep that is disturbed, and whose results are compared with those of the same sweep without disturbances.</summary>
public interface IDisturbedSweep
{
    /// <summary>What it trains, in words.</summary>
    string Words { get; }

    /// <summary>Sequence lengths of the sweeps that users submit beside it.</summary>
    IReadOnlyList<int> Lengths { get; }

    /// <param name="stallLimit">Seconds after which a trainer that takes no step is ended.</param>
    Task SubmitAsync(RealCluster cluster, string name, int stallLimit);

    /// <summary>Returns the results, which are the same each time, as lines.</summary>
    Task<IReadOnlyList<string>> ResultsAsync(RealDatabase database, string name);

    /// <summary>Returns what is wrong with a sweep that is over.</summary>
    /// <param name="undisturbed">Results without disturbances, of this sweep and of others.</param>
    Task<IReadOnlyList<string>> ViolationsAsync(RealDatabase database, string name, IReadOnlyList<string> undisturbed);
}
