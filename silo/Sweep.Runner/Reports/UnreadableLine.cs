using System.Text;

namespace Sweep.Runner.Reports;

/// <summary>A line in the pipe of reports that is none.</summary>
internal static class UnreadableLine
{
    private const int Shown = 80;

    /// <summary>What is wrong with it, and what a report is.</summary>
    public static string Describe(string line)
    {
        if (Encoding.UTF8.GetByteCount(line) >= ReportPipe.MaxLength)
            return "a line on SWEEP_REPORT is longer than 65,536 bytes; a report has at most 100 metrics";
        var beginning = line.Length <= Shown ? line : $"{line[..Shown]}…";
        var printable = string.Concat(beginning.Select(character => char.IsControl(character) ? '?' : character));
        return $"a line on SWEEP_REPORT is no report: found {printable}; expected an object of JSON, such as {{\"val_loss\": 0.5}}";
    }
}
