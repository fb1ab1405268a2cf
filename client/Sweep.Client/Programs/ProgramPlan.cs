using System.Globalization;
using Sweep.Client.Output;
using Sweep.Client.Tables;

namespace Sweep.Client.Programs;

/// <summary>The trials of a program with their command lines. Nothing is run for it.</summary>
internal static class ProgramPlan
{
    // A person does not read more rows than this; programs get all of them.
    private const int RowsShown = 100;

    public static void Print(ProgramSweep sweep, Terminal terminal, OutputFormat format)
    {
        var trials = sweep.Trials();
        var varying = sweep.Spec.Parameters.Varying;
        var shown = format == OutputFormat.Table ? trials.Take(RowsShown) : trials;
        terminal.Write(
            new OutputTable(
                [
                    OutputColumn.Number("number", "trial"), .. ParameterCell.Columns(sweep.Spec.Parameters, varying),
                    new("command", "command"),
                ],
                [
                    .. shown.Index().Select(trial => (IReadOnlyList<object?>)
                    [
                        trial.Index + 1, .. ParameterCell.Row(trial.Item, varying), ShellText.Of(sweep.ArgumentsOf(trial.Item)),
                    ]),
                ]),
            format,
            "No trials.");
        if (format != OutputFormat.Table)
            return;
        var epochs = sweep.Spec.Parameters.Own!.Epochs is null ? ""
            : string.Create(CultureInfo.InvariantCulture, $", {sweep.Count * (long)sweep.Spec.Parameters.Own.Epochs} epochs at the most");
        var rows = Math.Min(RowsShown, trials.Count);
        var later = sweep.Count > trials.Count ? $"; those after trial {trials.Count} are proposed from outcomes" : "";
        var more = sweep.Count > rows ? $" (the first {rows} are shown{later})" : "";
        terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{sweep.Count} trials{more}{epochs}. Folder: {sweep.Folder.Files} files, {Quantities.Bytes(sweep.Folder.Bytes.Length)}."));
    }
}
