using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>What became of proposals.</summary>
/// <param name="Stored">How many of them are stored now, from the first one on.</param>
/// <param name="Refused">The first trial that the database refuses to store; null where it refuses none.</param>
/// <param name="Refusal">The database's error.</param>
public sealed record StoredProposals(int Stored, TrialId? Refused = null, Exception? Refusal = null);

/// <summary>The trials that a method that learns proposes while their sweep runs. Every method may be repeated.</summary>
public interface IProposalStore
{
    /// <summary>The trials that are stored, in their order.</summary>
    /// <param name="known">Up to this number the rows come without their parameters.</param>
    Task<IReadOnlyList<OutcomeRow>> OutcomesAsync(int id, int known, CancellationToken cancellation = default);

    /// <summary>
    /// Stores proposed trials. Nothing is stored when the sweep does not run, when somebody else has stored trials of these numbers, or
    /// when an outcome that the proposals were made from has changed. When the database refuses one of them, the points before its point
    /// are stored. Its own point and those after it are not, because numbers have no gaps, and later proposals were made from earlier
    /// ones. The refusal stands in the sweep's row until the point is stored.
    /// </summary>
    Task<StoredProposals> ProposeAsync(int id, TrialProposals proposals, CancellationToken cancellation = default);
}
