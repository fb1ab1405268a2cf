using Sweep.Domain.Trials;
using static System.FormattableString;

namespace Sweep.Domain.Reports;

/// <summary>How many attempts trained in one environment.</summary>
/// <param name="Trials">The number of trials whose attempts they are.</param>
public sealed record EnvironmentCount(AttemptEnvironment Environment, int Attempts, int Trials);

/// <summary>
/// Finds trials that went on from a checkpoint in an environment whose last bits may differ. Only the attempts count from which the result
/// comes: the last one, the one from whose checkpoint it went on, and so on back to the one that began afresh.
/// </summary>
internal static class ChangedEnvironments
{
    private const int MostNumbers = 10;

    /// <param name="attempts">The attempts of trials; those of trials with one attempt may be missing.</param>
    /// <returns>A sentence for each pair of environments.</returns>
    public static IEnumerable<string> NotesOn(IEnumerable<EnvironmentRow> attempts) => attempts
        .GroupBy(row => row.Trial)
        .OrderBy(trial => trial.Key.Number)
        .Select(trial => (trial.Key.Number, Change: Change([.. trial])))
        .Where(trial => trial.Change is not null)
        .GroupBy(trial => (First: $"{trial.Change!.Value.First}", Then: $"{trial.Change.Value.Then}"), trial => trial.Number)
        .Select(trials => Sentence([.. trials], trials.Key.First, trials.Key.Then));

    /// <summary>Where the trial began, and the first place whose last bits may differ from those; null where there is none.</summary>
    private static (AttemptEnvironment First, AttemptEnvironment Then)? Change(IReadOnlyList<EnvironmentRow> attempts)
    {
        var byNumber = attempts.ToDictionary(row => row.Attempt);
        var way = new Stack<AttemptEnvironment>();
        for (var row = attempts.MaxBy(row => row.Attempt); row is not null; row = Before(row))
            way.Push(row.Environment);
        var first = way.Pop();
        return way.FirstOrDefault(first.MayDifferInBits) is { } then ? (first, then) : null;

        EnvironmentRow? Before(EnvironmentRow row) =>
            row.WentOnFrom is { } number && number < row.Attempt ? byNumber.GetValueOrDefault(number) : null;
    }

    private static string Sentence(IReadOnlyList<int> numbers, string first, string then)
    {
        if (numbers.Count == 1)
        {
            return Invariant($"Trial {numbers[0]} began on {first} and went on on {then}, ")
                + "so its numbers may differ in their last bits from those of an undisturbed run.";
        }

        var named = numbers.Count > MostNumbers
            ? Invariant($"{string.Join(", ", numbers.Take(MostNumbers))} and {numbers.Count - MostNumbers} others")
            : Invariant($"{string.Join(", ", numbers.Take(numbers.Count - 1))} and {numbers[^1]}");
        return $"Trials {named} began on {first} and went on on {then}, "
            + "so their numbers may differ in their last bits from those of an undisturbed run.";
    }
}
