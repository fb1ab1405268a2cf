using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Runner.Conversation;

namespace Sweep.Runner.Running;

/// <summary>Turns what a program reports into the events of its epochs.</summary>
/// <param name="epochs">Those that were trained before the checkpoint from which the program goes on, and are counted further here.</param>
internal sealed class EpochReporter(TrainerCommand.RunProgram run, ReportedEpochs epochs, RunnerOutput output, TimeProvider clock)
{
    private long _last = clock.GetTimestamp();
    private bool _isBeyond;

    /// <summary>The last epoch that was reported.</summary>
    public int Last => epochs.Last;

    /// <summary>Reports the next epoch.</summary>
    /// <returns>Its number; null when the report is none of a new epoch.</returns>
    /// <exception cref="ProgramMistakeException">The report breaks a rule, or its objective is not finite.</exception>
    public async Task<int?> TakeAsync(ProgramReport report)
    {
        if (report.Refused is { } name)
            output.Log($"left out, since it is no name of a metric, or one too many: {name}");
        if (report.Metrics.Count == 0)
            return null;
        if (run.Epochs is { } most && Last >= most)
        {
            if (!_isBeyond)
                output.Log($"left out: reports after epoch {most}, the last one of the sweep file");
            _isBeyond = true;
            return null;
        }

        if (report.Epoch == ProgramReport.NoEpoch)
        {
            throw new ProgramMistakeException(
                FailureReason.ProgramFailed,
                "the program reported an epoch that is no whole number; leave the number out, so that its reports are counted");
        }

        var (isNext, mistake) = epochs.Take(report.Epoch);
        if (mistake is not null)
            throw new ProgramMistakeException(FailureReason.ProgramFailed, mistake);
        if (!isNext)
        {
            output.Log($"left out: epoch {report.Epoch} was reported before");
            return null;
        }

        await SayAsync(Last, report.Metrics);
        return Last;
    }

    private async Task SayAsync(int epoch, IReadOnlyDictionary<string, double> metrics)
    {
        var objective = run.Objective.Metric.Name;
        if (!metrics.TryGetValue(objective, out var value))
        {
            throw new ProgramMistakeException(
                FailureReason.ProgramFailed,
                $"epoch {epoch} was reported without {objective}, the objective; it has {string.Join(", ", metrics.Keys)}");
        }

        if (!double.IsFinite(value))
        {
            throw new ProgramMistakeException(
                FailureReason.Diverged, FormattableString.Invariant($"epoch {epoch}: {objective} is {value}"));
        }

        var finite = metrics.Where(metric => double.IsFinite(metric.Value)).ToDictionary();
        foreach (var (name, other) in metrics.Where(metric => !double.IsFinite(metric.Value)))
            output.Log(FormattableString.Invariant($"left out of epoch {epoch}: {name} is {other}"));
        var now = clock.GetTimestamp();
        await output.SayAsync(new TrainerEvent.Reported(epoch, clock.GetElapsedTime(_last, now).TotalSeconds, finite));
        _last = now;
    }
}
