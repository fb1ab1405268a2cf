using Sweep.Client.Commands;
using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Tests.Client;

/// <summary>A sweep of two cells and two lengths, as it is read from the database, and the terminals of the tests.</summary>
internal static class Samples
{
    public static SweepSpec Spec(string name = "letters", long seed = 42) => new(
        name,
        new DatasetSpec("text", new string('a', 64), SplitKind.Random, 0.2),
        new Objective(Metric.ValLoss, Goal.Minimize),
        new MethodSpec(MethodKind.Grid),
        new SearchSpace([
            new("cell", new DimensionDomain.Choice([new ParameterValue.Word("rnn"), new ParameterValue.Word("lstm")])),
            new("sequence_length", new DimensionDomain.Choice([new ParameterValue.Whole(10), new ParameterValue.Whole(20)])),
            new("epochs", new DimensionDomain.Choice([new ParameterValue.Whole(100)])),
        ]),
        new ResourceSpec(),
        new CheckpointSpec(),
        Retries: 3,
        seed);

    public static SweepOverview Overview(
        SweepSpec? spec = null, string name = "letters", SweepState state = SweepState.Running,
        int running = 0, int succeeded = 0, long epochs = 0, int day = 1, int trials = 4) => new(
        day, name, state, spec ?? Spec(), trials, trials - running - succeeded, running, succeeded, 0, 0, epochs, trials * 100L,
        succeeded > 0 ? 1.8421 : null, succeeded > 0 ? 2 : null, new DateTimeOffset(2026, 11, day, 12, 0, 0, TimeSpan.Zero), null);

    public static TrialSummary Trial(int number, TrialState state, int epochsDone = 100)
    {
        var parameters = new GridSearch(Spec().Parameters, 42).Trials().ElementAt((number - 1) % 4);
        var epoch = epochsDone == 0 ? null : new EpochMetrics(43, 0.2, 1.8421, 0.5, 0.005, 0.1, 19_040);
        return new(
            number, parameters, state, 1, epochsDone, epoch?.ValLoss, epoch?.ValLoss, epoch, epoch,
            state == TrialState.Succeeded
                ? new TrialResult(12.1, 0.21, 25_400, 44_332, 177_328, 660_992, 1_888, 473, 440_000_000, "To be, or\nnot \"to\" be")
                : null,
            "worker-1", state == TrialState.Failed ? "The loss is not finite." : null);
    }

    /// <summary>Makes a terminal that writes to two strings. With a width it counts as a real terminal, without one as a pipe.</summary>
    public static (Terminal Terminal, StringWriter Out, StringWriter Error) Terminal(int? width = null)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(
            output, error, outputIsTerminal: width is not null, canAsk: false, colours: false, () => width ?? 0);
        return (terminal, output, error);
    }

    /// <summary>Runs a command line as the program does, with its output in a pipe.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] line)
    {
        var (terminal, output, error) = Terminal();
        var code = await CommandLine.RunAsync(line, terminal, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a wrong command line, which must end with one line of error, no output, and the exit code of wrong input.</summary>
    public static async Task RefusedAsync(string expected, params string[] line)
    {
        var (code, output, error) = await RunAsync(line);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }
}
