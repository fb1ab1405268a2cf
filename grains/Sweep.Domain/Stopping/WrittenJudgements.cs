using Sweep.Domain.Trials;

namespace Sweep.Domain.Stopping;

/// <summary>What became of rows that were written together.</summary>
/// <param name="Stored">What was stored, or changed.</param>
/// <param name="Refused">The trials whose rows the database does not take, each with its error. Nothing of theirs is stored.</param>
public sealed record WrittenJudgements<T>(IReadOnlyList<T> Stored, IReadOnlyDictionary<TrialId, Exception> Refused);
