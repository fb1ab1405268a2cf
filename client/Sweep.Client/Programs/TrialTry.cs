using System.Globalization;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Client.Programs;

/// <summary>Runs one trial of a program on this machine, in the open and without a cluster.</summary>
internal sealed class TrialTry(ProgramSweep sweep, Terminal terminal)
{
    private readonly Lock _writing = new();
    private readonly HashSet<string> _metrics = [];
    private int _epochs, _checkpoints, _checkpointBytes;
    private (int Epoch, double Value)? _best;

    /// <param name="device">cpu, or cuda:0 and so on.</param>
    /// <returns>What it exits with: done, or refused where the trial failed.</returns>
    public async Task<ExitCode> RunAsync(int number, ParameterMap trial, string device, CancellationToken cancellation)
    {
        Line($"$ {ShellText.Of(sweep.ArgumentsOf(trial))}");
        await using var runner = new RunnerProcess(text => Line($"  {text}"), device);
        await runner.LoadFolderAsync(sweep.Folder, cancellation);
        await runner.SendAsync(sweep.Attempt(number, trial), null, cancellation);
        try
        {
            return await FollowAsync(runner, cancellation);
        }
        catch (OperationCanceledException)
        {
            Line("Stopping the program.");
            await runner.StopAsync(TimeSpan.FromSeconds(sweep.Spec.Program!.StopGrace));
            throw;
        }
    }

    /// <summary>Writes what the trial reports until it ends.</summary>
    private async Task<ExitCode> FollowAsync(RunnerProcess runner, CancellationToken cancellation)
    {
        while (await runner.ReceiveAsync(cancellation) is var (message, payload))
        {
            switch (message)
            {
                case TrainerEvent.Reported report:
                    Report(report);
                    break;
                case TrainerEvent.CheckpointWritten:
                    (_checkpoints, _checkpointBytes) = (_checkpoints + 1, payload.Length);
                    break;
                case TrainerEvent.Failed(var reason, var why):
                    Line($"Failed ({reason.Name()}): {Printable.Line(why)}");
                    return ExitCode.Refused;
                case TrainerEvent.ProgramEnded(var result):
                    Line(Summary(result.Seconds, result.PeakMemoryBytes));
                    return ExitCode.Done;
            }
        }

        Line("Failed: the runner of programs has ended.");
        return ExitCode.Refused;
    }

    private void Report(TrainerEvent.Reported report)
    {
        _epochs = report.Epoch;
        _metrics.UnionWith(report.Metrics.Keys);
        var value = report.Metrics[sweep.Spec.Objective.Metric.Name];
        if (_best is not { } best || sweep.Spec.Objective.Score(value) < sweep.Spec.Objective.Score(best.Value))
            _best = (report.Epoch, value);
        var metrics = string.Join("  ", report.Metrics.Select(metric => $"{metric.Key} {Number(metric.Value)}"));
        Line(string.Create(CultureInfo.InvariantCulture, $"epoch {report.Epoch}  {metrics}  ({report.Seconds:0.00} s)"));
    }

    private string Summary(double seconds, long? memory)
    {
        var objective = sweep.Spec.Objective.Metric.Name;
        var checkpoints = _checkpoints == 0 ? "no checkpoint"
            : $"{_checkpoints} {(_checkpoints == 1 ? "checkpoint" : "checkpoints")}, the last of {Quantities.Bytes(_checkpointBytes)}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Succeeded: {_epochs} {(_epochs == 1 ? "epoch" : "epochs")} in {seconds:0.0} s")
            + (memory is { } bytes ? $", {Quantities.Bytes(bytes)} of memory; " : "; ")
            + $"reported {string.Join(", ", _metrics)}; "
            + $"the best {objective} is {Number(_best!.Value.Value)} after epoch {_best.Value.Epoch}; "
            + $"{checkpoints}.";
    }

    private void Line(string text)
    {
        lock (_writing)
            terminal.Out.WriteLine(Printable.Line(text));
    }

    private static string Number(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
