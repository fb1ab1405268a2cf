using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Export;
using Sweep.Client.Files;
using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Commands.Results;

internal static class ExportCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Sweep();
        var format = new Option<string>("--format") { Description = "csv, json or parquet.", DefaultValueFactory = _ => "csv" };
        format.AcceptOnlyFromAmong("csv", "json", "parquet");
        var what = new Option<string>("--what")
        {
            Description = "trials, epochs, or points: the means over trials that differ in their seed alone.",
            DefaultValueFactory = _ => "trials",
        };
        what.AcceptOnlyFromAmong("trials", "epochs", "points");
        var output = new Option<string?>("--output")
        {
            Description = "The file to write; without it the standard output.",
            HelpName = "file",
        };
        return new DocumentedCommand(
            "export",
            "Writes everything that was measured, for other programs.",
            "sweep export next-character --output trials.csv",
            "sweep export next-character --what epochs --format parquet --output epochs.parquet")
        {
            address, format, what, output,
        }.Runs(terminal, async context =>
        {
            var kind = Enum.Parse<ExportFormat>(context.Value(format)!, ignoreCase: true);
            if (kind == ExportFormat.Parquet && context.Value(output) is null && context.Terminal.OutputIsTerminal)
                throw new WrongInputException("export: parquet is not for a terminal; add --output FILE.");
            if (context.Value(output) is { } named)
                WholeFile.Check("--output", named);
            await using var cluster = await context.OpenAsync();
            var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
            var table = context.Value(what) switch
            {
                "epochs" when sweep.Spec.Program is not null => EpochExport.OfProgram(
                    ReportedMetrics.InOrder(
                        sweep.Spec.Objective.Metric, await cluster.Reader.ReportedAsync(sweep.Id, context.Cancellation)),
                    cluster.Reader.EpochsAsync(sweep.Id, null, context.Cancellation)),
                "epochs" => EpochExport.Of(cluster.Reader.EpochsAsync(sweep.Id, null, context.Cancellation)),
                "points" => PointExport.Of(sweep.Spec, await cluster.Reader.TrialsAsync(sweep.Id, context.Cancellation)),
                _ => TrialExport.Of(sweep.Spec, await cluster.Reader.TrialsAsync(sweep.Id, context.Cancellation)),
            };
            if (context.Value(output) is { } file)
                await WholeFile.WriteAsync(file, mode: null, partial => WriteAsync(File.OpenWrite(partial)));
            else
                await WriteAsync(context.Terminal.OpenOutput());
            return ExitCode.Done;

            async Task WriteAsync(Stream stream)
            {
                await using (stream)
                    await table.WriteAsync(stream, kind, context.Cancellation);
            }
        });
    }
}
