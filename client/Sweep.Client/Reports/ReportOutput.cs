using Sweep.Client.Output;
using Sweep.Client.Reports.Tables;
using Sweep.Domain.Reports;
using Sweep.Storage.Reading;

namespace Sweep.Client.Reports;

/// <summary>
/// The report in the format of <c>-o</c>. The format for people has the trials, the effects, which parameter mattered, and notes.
/// </summary>
internal static class ReportOutput
{
    public static void Write(Terminal terminal, SweepReport report, SweepComparison? comparison, SweepOverview sweep, OutputFormat format)
    {
        switch (format)
        {
            case OutputFormat.Json:
                JsonOutput.Write(terminal.Out, ReportJson.Of(sweep, report, comparison));
                break;
            case OutputFormat.Csv:
                CsvOutput.Write(terminal.Out, comparison is null ? Rows(report, isForPrograms: true) : PairTable.Of(comparison));
                break;
            default:
                WriteForPeople(terminal, report, comparison);
                break;
        }
    }

    /// <summary>The points where some were trained more than once, and otherwise the trials.</summary>
    private static OutputTable Rows(SweepReport report, bool isForPrograms = false) =>
        report.HasReplicates ? PointTable.Of(report) : ReportTable.Of(report, isForPrograms);

    private static void WriteForPeople(Terminal terminal, SweepReport report, SweepComparison? comparison)
    {
        terminal.Write(Rows(report), OutputFormat.Table, "No trials.");
        foreach (var table in (OutputTable[])
            [
                .. report.Objectives is { } objectives ? [ObjectiveTable.Of(report, objectives)] : Array.Empty<OutputTable>(),
                EffectTable.Of(report),
                InfluenceTable.Of(report),
                ComparisonTable.Of(report),
                .. comparison is null ? Array.Empty<OutputTable>() : [PairTable.Of(comparison)],
                .. report.Environments.Count > 1 ? [EnvironmentTable.Of(report)] : Array.Empty<OutputTable>(),
            ])
        {
            if (table.Rows.Count == 0)
                continue;
            terminal.Out.WriteLine();
            terminal.Write(table, OutputFormat.Table, "");
        }

        terminal.Out.WriteLine();
        foreach (var sentence in (string[])
            [
                .. report.Objectives is null ? Array.Empty<string>() : [report.Answer],
                report.Verdict,
                .. report.Notes,
                .. comparison is null ? Array.Empty<string>() : [comparison.Verdict, .. comparison.Notes],
            ])
        {
            terminal.Paragraph(sentence);
        }
    }
}
