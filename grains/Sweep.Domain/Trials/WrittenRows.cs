namespace Sweep.Domain.Trials;

/// <summary>What became of rows that were written together.</summary>
/// <param name="Stored">What was stored, or changed.</param>
/// <param name="Refused">The trials whose rows the database refuses to change, each with its error. Nothing of theirs is changed.</param>
public sealed record WrittenRows<T>(IReadOnlyList<T> Stored, IReadOnlyDictionary<TrialId, Exception> Refused);
