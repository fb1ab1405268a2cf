using System.CommandLine;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.Tables;

namespace Sweep.Client.Commands;

internal static class PlanCommand
{
    // What a person reads; programs get all.
    private const int RowsShown = 100;

    public static Command Create(Terminal terminal)
    {
        var file = CommonOptions.File();
        var set = CommonOptions.Set();
        return new DocumentedCommand(
            "plan", "Checks a sweep file and shows its trials with their size, cost and memory; runs and stores nothing.",
            "sweep plan examples/next-character.yaml", "sweep plan examples/next-character.yaml --set parameters.hidden_size=256 -o json")
        {
            file, set, CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            await using var clusters = new LazyCluster(context.OpenAsync);
            var sweep = await context.LoadAsync(context.Value(file), context.Value(set)!, clusters);
            var plan = sweep.Plan();
            var table = PlanTable.Of(sweep.Spec, plan);
            var shown = context.Format == OutputFormat.Table ? table with { Rows = [.. table.Rows.Take(RowsShown)] } : table;
            context.Terminal.Write(shown, context.Format, "No trials.");
            if (context.Format == OutputFormat.Table)
            {
                var more = plan.Trials.Count > RowsShown ? $" (the first {RowsShown} are shown)" : "";
                context.Terminal.Out.WriteLine(
                    $"\n{plan.Trials.Count} trials{more}, {plan.Trials.Sum(trial => (long)trial.Parameters.Epochs)} epochs, " +
                    $"on {sweep.Dataset.Name}: {sweep.Dataset.Characters} characters, {sweep.Dataset.Vocabulary.Size} distinct.");
            }

            return ExitCode.Done;
        });
    }
}
