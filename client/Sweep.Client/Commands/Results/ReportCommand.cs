using System.CommandLine;
using Sweep.Client.Clusters;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Files;
using Sweep.Client.Output;
using Sweep.Client.Reports;
using Sweep.Client.Reports.Pages;
using Sweep.Client.SweepFiles;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Commands.Results;

internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Sweep();
        var html = new Option<string?>("--html")
        {
            Description = "Writes a page that stands alone, with charts, to this file.",
            HelpName = "file",
        };
        var markdown = new Option<bool>("--markdown")
        {
            Description = "Prints the page's text and tables as Markdown, for a README or an issue.",
        };
        var compare = new Option<string?>("--compare")
        {
            Description = "Another sweep to put beside this one; a name that ends in .csv is a reference.",
            HelpName = "sweep",
        };
        var reference = new Option<string?>("--reference")
        {
            Description = "A CSV file of published numbers to put beside ours.",
            HelpName = "file",
        };
        return new DocumentedCommand(
            "report",
            "Compares a sweep's trials and says which parameter mattered.",
            "sweep report next-character",
            "sweep report next-character --html report.html",
            "sweep report next-character --markdown > report.md",
            "sweep report next-character --compare next-character-2",
            "sweep report next-character -o json",
            "sweep report next-character --reference examples/reference/next-character.csv")
        {
            address, html, markdown, compare, reference, CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            var page = context.Value(html);
            var (other, file) = Beside(context.Value(address), context.Value(compare), context.Value(reference));
            if (page is not null)
                WholeFile.Check("--html", page);
            if (context.Value(markdown) && context.Format != OutputFormat.Table)
                throw new WrongInputException("--markdown: found -o beside it; expected one of the two.");
            var published = file is null ? null : await ReferenceFile.LoadAsync(file, context.Cancellation);

            await using var cluster = await context.OpenAsync();
            var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
            var report = await ReportAsync(cluster, sweep, published, context.Cancellation);
            var comparison = other is { } name ? await CompareAsync(cluster, sweep, report, name, context.Cancellation) : null;
            if (page is null && !context.Value(markdown))
            {
                ReportOutput.Write(context.Terminal, report, comparison, sweep, context.Format);
                return ExitCode.Done;
            }

            var contents = await ReportContents.ReadAsync(
                cluster, sweep, report, comparison, TimeProvider.System.GetUtcNow(), context.Cancellation);
            if (context.Value(markdown))
                context.Terminal.WriteUntrusted(MarkdownReport.Of(contents).TrimEnd('\n'));
            if (page is not null)
            {
                var bytes = await ReportFile.WriteAsync(page, HtmlReport.Of(contents), context.Cancellation);
                (context.Value(markdown) ? context.Terminal.Error : context.Terminal.Out).WriteLine(
                    $"Wrote {page} ({Quantities.Bytes(bytes)}).");
            }

            return ExitCode.Done;
        });
    }

    /// <summary>What the sweep is compared with: another sweep, a file of published numbers, both, or nothing.</summary>
    private static (SweepAddress? Other, string? Reference) Beside(SweepAddress sweep, string? compare, string? reference)
    {
        if (compare is null)
            return (null, reference);
        if (compare.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
        {
            return reference is null
                ? (null, compare)
                : throw new WrongInputException(
                    $"--compare: found the file {compare} and --reference {reference}; expected one reference.");
        }

        SweepAddress other;
        try
        {
            other = SweepAddress.Parse(compare);
        }
        catch (WrongInputException error)
        {
            throw new WrongInputException($"--compare: {error.Message}");
        }

        if (other.Trial is not null)
            throw new WrongInputException($"--compare: found {other}; expected the name of a sweep, without a trial's number.");
        return other == sweep
            ? throw new WrongInputException($"--compare: found {other}, the sweep itself; expected another one.")
            : (other, reference);
    }

    private static async Task<SweepReport> ReportAsync(
        Cluster cluster, SweepOverview sweep, IReadOnlyList<ReferenceRow>? published, CancellationToken cancellation)
    {
        var trials = await cluster.Reader.TrialsAsync(sweep.Id, cancellation);
        var epochs = published is null
            ? []
            : await EpochsAsync(cluster, sweep.Id, published.Select(row => row.Epoch).ToHashSet(), cancellation);
        return SweepReport.Of(sweep.Spec, trials, published, epochs).With(
            await cluster.Reports.EnvironmentsAsync(sweep.Id, cancellation), await cluster.Reports.ResumedAsync(sweep.Id, cancellation))
            .WithSearch(sweep.NotReproducible, sweep.EndedBy);
    }

    private static async Task<SweepComparison> CompareAsync(
        Cluster cluster, SweepOverview sweep, SweepReport report, SweepAddress name, CancellationToken cancellation)
    {
        var other = await name.FindAsync(cluster.Reader, cancellation);
        return SweepComparison.Of(sweep.Name, report, other.Name, await ReportAsync(cluster, other, null, cancellation));
    }

    private static async Task<List<(int Number, EpochReport Metrics)>> EpochsAsync(
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
