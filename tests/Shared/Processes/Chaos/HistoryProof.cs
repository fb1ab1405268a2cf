using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>Checks what must hold for every sweep under any disturbances and any orders.</summary>
/// <param name="undisturbed">
/// The result of <see cref="SweepProof.LossesAsync"/> for trials with the same parameters without disturbances.
/// </param>
public sealed class HistoryProof(SweepHistory history, IReadOnlySet<string> undisturbed)
{
    private readonly HashSet<string> _known = [.. undisturbed.Select(Key)];

    public IEnumerable<Violation> Violations() =>
        [.. history.Trials.SelectMany(Moves), .. history.Trials.SelectMany(Epochs), .. Differences()];

    /// <summary>
    /// A lease must begin when none is held, and must open the attempt after the last one. Only the holder of a lease may end it. A trial
    /// that waits to be judged gets no lease before it is.
    /// </summary>
    private IEnumerable<Violation> Moves(TrialFact trial)
    {
        var (before, attempt) = ((string?)null, 0);
        foreach (var fact in history.Of(trial))
        {
            var legal = fact.Event switch
            {
                "leased" => !IsOver(before) && before is not ("leased" or "held") && fact.Attempt == attempt + 1,
                "retried" => before is "failed" or "cancelled" && fact.Attempt == attempt,
                "cancelled" => !IsOver(before) && fact.Attempt == attempt,
                "resumed" => before == "stopped" && fact.Attempt == attempt,
                "judged" => before == "held" && fact.Attempt == attempt,
                "stopped" => before is "leased" or "held" && fact.Attempt == attempt,
                _ => before == "leased" && fact.Attempt == attempt,
            };
            if (!legal)
            {
                var what = $"{fact.Event} of attempt {fact.Attempt} follows {before ?? "nothing"} of attempt {attempt}";
                yield return new(fact.At, $"{Name(trial)}: {what}", history.Of(trial));
            }

            (before, attempt) = (fact.Event, fact.Attempt);
        }
    }

    private static bool IsOver(string? last) => last is "succeeded" or "failed" or "cancelled" or "stopped";

    /// <summary>
    /// Epochs must follow each other without a gap, each written within the lease of its attempt. No epoch of an older attempt may follow
    /// one of a newer attempt.
    /// </summary>
    private IEnumerable<Violation> Epochs(TrialFact trial)
    {
        var epochs = history.Epochs.Where(epoch => epoch.Trial == trial.Id).ToList();
        if (epochs.Count > 0 && epochs[^1].Epoch != epochs.Count)
            yield return new(epochs[^1].StoredAt, $"{Name(trial)} has {epochs.Count} epochs, the last one of them {epochs[^1].Epoch}");
        if (trial.State == "succeeded" && epochs.Count != trial.Epochs)
            yield return new(null, $"{Name(trial)} succeeded with {epochs.Count} epochs of {trial.Epochs}");
        var events = history.Of(trial);
        var attempt = 0;
        foreach (var epoch in epochs)
        {
            var since = events.FirstOrDefault(fact => fact.Attempt == epoch.Attempt && fact.Event == "leased")?.At;
            var until = events.FirstOrDefault(fact => fact.Attempt == epoch.Attempt && fact.Event != "leased")?.At
                ?? DateTimeOffset.MaxValue;
            if (since is null || epoch.StoredAt < since || epoch.StoredAt > until)
            {
                var stored = $"stored at {epoch.StoredAt:O}, is not of its lease from {since:O} to {until:O}";
                yield return new(epoch.StoredAt, $"{Name(trial)}: epoch {epoch.Epoch} of attempt {epoch.Attempt}, {stored}");
            }

            // When an attempt begins afresh and is cancelled, later epochs of an older attempt remain. Only trials that succeeded are
            // checked.
            if (epoch.Attempt < attempt && trial.State == "succeeded")
            {
                yield return new(
                    epoch.StoredAt,
                    $"{Name(trial)}: epoch {epoch.Epoch} is of attempt {epoch.Attempt}, the one before it of attempt {attempt}");
            }

            attempt = epoch.Attempt;
        }
    }

    private IEnumerable<Violation> Differences() =>
        from epoch in history.Epochs
        where _known.Contains(Key(epoch.Losses)) && !undisturbed.Contains(epoch.Losses)
        select new Violation(epoch.StoredAt, $"{history.Name}: {epoch.Losses}, not so undisturbed");

    private static string Key(string losses) => losses[..losses.IndexOf(':', StringComparison.Ordinal)];

    private string Name(TrialFact trial) => string.Create(CultureInfo.InvariantCulture, $"{history.Name}/{trial.Number}");
}
