using System.CommandLine;
using Sweep.Client.Clusters;
using Sweep.Client.Datasets;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.Output;
using Sweep.Client.SweepFiles;

namespace Sweep.Client.Commands;

/// <summary>What a command works with: its parsed line, the terminal, the choice of the cluster.</summary>
internal sealed record CommandContext(ParseResult Line, Terminal Terminal, CancellationToken Cancellation)
{
    public ClusterChoice Choice { get; } = ClusterChoice.From(
        Line.GetValue(CommonOptions.Postgres), Line.GetValue(CommonOptions.PostgresPasswordFile), Line.GetValue(CommonOptions.Certificates),
        Line.CommandResult.Command.Name == SiloCommand.Name ? [] : MachineOptions.Given(Line));

    public OutputFormat Format => Line.GetValue(CommonOptions.Output);

    public T Value<T>(Argument<T> argument) => Line.GetRequiredValue(argument);

    public T? Value<T>(Option<T> option) => Line.GetValue(option);

    /// <summary>Says something to people: not on the standard output when a program reads a table there.</summary>
    public void Say(string line) => (Format == OutputFormat.Table ? Terminal.Out : Terminal.Error).WriteLine(line);

    /// <summary>A checked sweep file; the cluster is opened only if the file names a dataset that is stored there.</summary>
    public Task<CheckedSweep> LoadAsync(string file, IReadOnlyList<string> overrides, LazyCluster clusters) => SweepFile.LoadAsync(
        file, overrides, new DatasetReader(() => Path.Combine(Choice.Home.Folder, "datasets"), async _ => (await clusters.GetAsync()).Datasets), Cancellation);

    /// <summary>For commands that end soon.</summary>
    public Task<Cluster> OpenAsync() => Cluster.OpenAsync(Choice, ClusterPurpose.Command, Cancellation);
}

internal delegate Task<ExitCode> CommandBody(CommandContext context);
