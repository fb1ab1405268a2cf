using Sweep.Client.Output;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Tables;

/// <summary>The report as <c>-o</c> asks: for people the trials, the effects, what mattered, and what to keep in mind.</summary>
internal static class ReportOutput
{
    public static void Write(Terminal terminal, SweepReport report, SweepOverview sweep, OutputFormat format)
    {
        switch (format)
        {
            case OutputFormat.Json:
                JsonOutput.Write(terminal.Out, ReportJson.Of(sweep, report));
                break;
            case OutputFormat.Csv:
                CsvOutput.Write(terminal.Out, ReportTable.Of(report));
                break;
            default:
                WriteForPeople(terminal, report);
                break;
        }
    }

    private static void WriteForPeople(Terminal terminal, SweepReport report)
    {
        terminal.Write(ReportTable.Of(report), OutputFormat.Table, "No trials.");
        foreach (var table in new[] { EffectTable.Of(report), ComparisonTable.Of(report) })
        {
            if (table.Rows.Count == 0)
                continue;
            terminal.Out.WriteLine();
            terminal.Write(table, OutputFormat.Table, "");
        }

        terminal.Out.WriteLine();
        foreach (var sentence in report.Notes.Prepend(report.Verdict))
            terminal.Paragraph(sentence);
    }
}
