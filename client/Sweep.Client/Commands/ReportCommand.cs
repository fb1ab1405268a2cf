using System.CommandLine;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.SweepFiles;
using Sweep.Client.Tables;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.Commands;

internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Sweep();
        var reference = new Option<string?>("--reference") { Description = "A CSV file of published numbers to put beside ours.", HelpName = "file" };
        return new DocumentedCommand(
            "report",
            "Compares a sweep's trials and says which parameter mattered.",
            "sweep report next-character",
            "sweep report next-character -o json",
            "sweep report next-character --reference examples/reference/next-character.csv")
        {
            address, reference, CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            var published = context.Value(reference) is { } file ? await ReferenceFile.LoadAsync(file, context.Cancellation) : null;
            await using var cluster = await context.OpenAsync();
            var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
            var trials = await cluster.Reader.TrialsAsync(sweep.Id, context.Cancellation);
            var epochs = published is null ? [] : await EpochsAsync(cluster, sweep.Id, published.Select(row => row.Epoch).ToHashSet(), context.Cancellation);
            ReportOutput.Write(context.Terminal, SweepReport.Of(sweep.Spec, trials, published, epochs), sweep, context.Format);
            return ExitCode.Done;
        });
    }

    private static async Task<List<(int Number, EpochReport Report)>> EpochsAsync(
        Cluster cluster, int sweep, HashSet<int> wanted, CancellationToken cancellation)
    {
        var epochs = new List<(int, EpochReport)>();
        await foreach (var (number, _, report) in cluster.Reader.EpochsAsync(sweep, null, cancellation))
        {
            if (wanted.Contains(report.Epoch))
                epochs.Add((number, report));
        }

        return epochs;
    }
}
