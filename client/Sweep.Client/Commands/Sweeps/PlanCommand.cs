using System.CommandLine;
using System.Globalization;
using Sweep.Client.Clusters;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.Programs;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Commands.Sweeps;

internal static class PlanCommand
{
    // A person does not read more rows than this; programs get all of them.
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
            if (await ProgramSweep.LoadAsync(context.Value(file), context.Value(set)!, context.Cancellation) is { } program)
            {
                program.Warn(context.Terminal);
                ProgramPlan.Print(program, context.Terminal, context.Format);
                return ExitCode.Done;
            }

            await using var clusters = new LazyCluster(context.OpenAsync);
            var sweep = await context.LoadAsync(context.Value(file), context.Value(set)!, clusters);
            var plan = sweep.Plan();
            var table = PlanTable.Of(sweep.Spec, plan);
            var shown = context.Format == OutputFormat.Table ? table with { Rows = [.. table.Rows.Take(RowsShown)] } : table;
            var epochs = PlannedEpochs.Of(
                sweep.Spec, plan, await ClusterSpeed.ReadAsync(context.Choice, sweep.Spec.Resources, context.Cancellation));
            if (context.Format == OutputFormat.Json)
            {
                JsonOutput.Write(context.Terminal.Out, epochs.Json(table, plan));
                return ExitCode.Done;
            }

            context.Terminal.Write(shown, context.Format, "No trials.");
            if (context.Format == OutputFormat.Table)
            {
                var more = plan.Count > shown.Rows.Count ? $" (the first {shown.Rows.Count} are shown)" : "";
                context.Terminal.Out.WriteLine(
                    $"\n{plan.Count} trials{more}, {plan.Epochs} epochs{(plan.AtOnce is null ? "" : " at the most")}, " +
                    $"on {sweep.Dataset.Name}: {sweep.Dataset.Characters} characters, {sweep.Dataset.Vocabulary.Size} distinct.");
                foreach (var line in SearchText.Plan(sweep.Spec, plan))
                    context.Terminal.Out.WriteLine(line);
                if (plan.LeftOut > 0)
                {
                    context.Terminal.Out.WriteLine(
                        $"Left out: {plan.LeftOut} more, which would train the same as an earlier one " +
                        $"({string.Join("; ", plan.Reasons)}).");
                }

                if (sweep.Spec.StartFrom is { } start)
                    context.Terminal.Out.WriteLine($"Start: each trial begins from the weights of {start} after epoch {start.Epoch}.");
                context.Terminal.Out.WriteLine(SplitText.Plan(sweep.Spec.Dataset, sweep.Dataset.Characters));
                context.Terminal.Out.WriteLine(Checkpoints(sweep.Spec, plan));
                if (epochs.Epochs.Rungs.Count > 1)
                {
                    context.Terminal.Out.WriteLine();
                    context.Terminal.Write(epochs.Rungs, context.Format, "");
                    context.Terminal.Out.WriteLine();
                }

                foreach (var sentence in epochs.Sentences)
                    context.Terminal.Out.WriteLine(sentence);
            }

            return ExitCode.Done;
        });
    }

    /// <summary>A sentence on how much the trial with the largest rate of checkpoints writes into the database while it runs.</summary>
    private static string Checkpoints(SweepSpec spec, SweepPlan plan)
    {
        if (plan.Trials.MaxBy(trial => trial.CheckpointBytes / trial.CheckpointSeconds) is not { } most)
            return "";
        var interval = $"every {most.CheckpointSeconds.ToString("0.##", CultureInfo.InvariantCulture)} s at the most" +
            (most.CheckpointSeconds > spec.Checkpoint.Every ? " (1 MB/s, whatever checkpoint.every says)" : "");
        var atOnce = spec.Resources.MaxConcurrent is { } limit ? Math.Min(limit, plan.Count) : 1;
        return $"Checkpoints: up to {Quantities.Bytes(most.CheckpointBytes)} {interval}, " +
            $"which is {Rate(1)} into the database for each trial that runs" +
            (atOnce > 1 ? $", {Rate(atOnce)} for {atOnce} of them." : ".");

        string Rate(int trials)
        {
            var rate = trials * most.CheckpointBytes / most.CheckpointSeconds;
            return $"{Quantities.Bytes(rate)}/s or {Quantities.Bytes(rate * 3600)} an hour";
        }
    }
}
