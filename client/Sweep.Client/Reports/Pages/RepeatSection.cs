using System.Globalization;
using System.Runtime.InteropServices;
using Sweep.Client.Output;
using Sweep.Client.SweepFiles;
using Sweep.Domain;

namespace Sweep.Client.Reports.Pages;

/// <summary>How to train the same trials again: the file, the seed, the hash of the text, the versions.</summary>
internal static class RepeatSection
{
    public static ReportSection Of(ReportContents contents)
    {
        var spec = contents.Sweep.Spec;
        List<(string, string)> facts =
        [
            ("Seed", PlainText.Of(spec.Seed)),
            spec.Program is { } program ? ("Folder, SHA-256", program.Sha256) : ("Text, SHA-256", spec.Dataset.Sha256),
            ("Submitted", Time(contents.Sweep.CreatedAt)),
            ("Ended", contents.Sweep.EndedAt is { } end ? Time(end) : ""),
            ("Trained on", string.Join("; ", contents.Report.Environments.Take(3).Select(one => one.Environment))),
            ("Report by", $"Sweep {SweepVersion.Full}, {RuntimeInformation.FrameworkDescription}, PostgreSQL {contents.ServerVersion}"),
            ("Report of", Time(contents.MadeAt)),
        ];
        return new("repeat", "How to repeat it",
        [
            new ReportBlock.Paragraph(
                spec.Program is null
                    ? (contents.Sweep.NotReproducible is { } why
                        ? $"This file may give other trials: {why}. Trials with the same parameters have the same numbers "
                        : "This file gives the same trials in the same order, and these have the same numbers ") +
                    "on the same kind of processor or GPU, with the same libtorch and number of threads. " +
                    "The text is the one with the hash below; where the cluster does not have it, give it as path: FILE."
                    : (contents.Sweep.NotReproducible is { } reason
                        ? $"This file may give other trials: {reason}."
                        : "In the program's folder this file gives the same trials in the same order, as far as the program itself "
                            + "reports the same numbers each time.")
                        + " The folder is the one with the hash below."
                        + (spec.Program.Environment is { Count: > 0 }
                            ? " The values of the environment are left out; write your own in place of each …." : "")),
            new ReportBlock.Code(SweepFileText.Of(spec)),
            new ReportBlock.Facts([.. facts.Where(fact => fact.Item2.Length > 0)]),
        ]);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
