using System.CommandLine;
using Sweep.Client.Clusters;
using Sweep.Client.Datasets;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.Output;
using Sweep.Client.Running;

namespace Sweep.Client.Commands.Parts;

/// <summary>The parsed line of a command, its terminal, and the cluster that it is for.</summary>
internal sealed record CommandContext(ParseResult Line, Terminal Terminal, CancellationToken Cancellation)
{
    public ClusterChoice Choice { get; } = ClusterChoice.From(
        Line.GetValue(CommonOptions.Postgres), Line.GetValue(CommonOptions.PostgresPasswordFile), Line.GetValue(CommonOptions.Certificates),
        Line.CommandResult.Command is DocumentedCommand { StartsCluster: true } ? MachineOptions.Given(Line) : []);

    public CommandConsole Console { get; } = new(Terminal, Line.GetValue(CommonOptions.Output), Cancellation);

    public OutputFormat Format => Console.Format;

    public T Value<T>(Argument<T> argument) => Line.GetRequiredValue(argument);

    public T? Value<T>(Option<T> option) => Line.GetValue(option);

    /// <inheritdoc cref="CommandConsole.PrintLine"/>
    public void PrintLine(string line) => Console.PrintLine(line);

    /// <summary>Reads and checks a sweep file. The cluster is opened only if the file names a dataset or a trial there.</summary>
    public Task<CheckedSweep> LoadAsync(string file, IReadOnlyList<string> overrides, LazyCluster clusters)
    {
        var datasets = new DatasetReader(
            () => Path.Combine(Choice.Home.Folder, "datasets"), async _ => (await clusters.GetAsync()).Datasets);
        return CheckedSweep.LoadAsync(
            file, overrides, datasets, Cancellation,
            async (trial, cancel) => await StartTrial.ReadAsync(trial, await clusters.GetAsync(), cancel));
    }

    /// <summary>Opens the cluster for a command that ends soon.</summary>
    public Task<Cluster> OpenAsync() => Cluster.OpenAsync(Choice, ClusterPurpose.Command, Cancellation);
}

internal delegate Task<ExitCode> CommandBody(CommandContext context);
