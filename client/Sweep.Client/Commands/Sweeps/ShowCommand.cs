using System.CommandLine;
using Sweep.Client.Clusters;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Live;
using Sweep.Client.Output;
using Sweep.Client.Programs;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Commands.Sweeps;

internal static class ShowCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.SweepOrTrial();
        return new DocumentedCommand(
            "show",
            "A sweep and its trials, or one trial with its history.",
            "sweep show next-character",
            "sweep show next-character/3",
            "sweep show next-character -o csv")
        {
            address,
            CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            await using var cluster = await context.OpenAsync();
            var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
            await (context.Value(address).Trial is { } number
                ? ShowTrialAsync(context, cluster, sweep, number)
                : ShowSweepAsync(context, cluster, sweep));
            return ExitCode.Done;
        });
    }

    private static async Task ShowSweepAsync(CommandContext context, Cluster cluster, SweepOverview sweep)
    {
        var trials = await cluster.Reader.TrialsAsync(sweep.Id, context.Cancellation);
        if (context.Format == OutputFormat.Table)
        {
            context.Terminal.Out.WriteLine(
                $"{sweep.Name}  {PlainText.Of(sweep.State)}, {sweep.Succeeded} of {sweep.Trials} trials done, " +
                EpochCount.Of(sweep));
            context.Terminal.WriteUntrusted(
                $"{SearchText.Aims(sweep.Spec)} {Trained(sweep.Spec)}, "
                + $"created {Quantities.LocalTime(sweep.CreatedAt)}"
                + (sweep.Spec.StartFrom is { } start ? $", each trial from the weights of {start} after epoch {start.Epoch}" : ""));
            if (BudgetText.Left(sweep) is { Length: > 0 } budget)
                context.Terminal.Out.WriteLine($"left of its budget: {budget}");
            if (await WaitingReason.FindAsync(cluster.Reader, sweep, isTrained: sweep.Running > 0, context.Cancellation) is { } reason)
                context.Terminal.WriteUntrusted($"waiting: {reason}");
            foreach (var note in SearchText.Notes(sweep.NotReproducible, sweep.EndedBy))
                context.Terminal.WriteUntrusted(note);
            context.Terminal.Out.WriteLine();
        }

        context.Terminal.Write(TrialTable.Of(sweep.Spec, trials), context.Format, "No trials.");
    }

    private static string Trained(SweepSpec spec) =>
        spec.Program is { } program ? $"of {ShellText.Of(program.Command)}" : $"on {spec.Dataset.Name}";

    private static async Task ShowTrialAsync(CommandContext context, Cluster cluster, SweepOverview sweep, int number)
    {
        var trial = (await cluster.Reader.TrialAsync(sweep.Id, number, context.Cancellation))!;
        var events = await cluster.Reader.EventsAsync(sweep.Id, number, context.Cancellation);
        switch (context.Format)
        {
            case OutputFormat.Json:
                JsonOutput.Write(context.Terminal.Out, new { sweep = sweep.Name, trial = TrialJson.Of(trial, sweep.Spec), events });
                break;
            case OutputFormat.Csv:
                CsvOutput.Write(context.Terminal.Out, EventTable.Of(events));
                break;
            default:
                context.Terminal.Write(TrialFacts.Of(trial, sweep.Spec), OutputFormat.Table, "");
                context.Terminal.Out.WriteLine();
                context.Terminal.Write(EventTable.Of(events), OutputFormat.Table, "Nothing has happened to it yet.");
                if (trial.Result is { Prompt: { } prompt })
                    context.Terminal.WriteUntrusted($"\nPrompt of its sample:\n{prompt}");
                if (trial.Result is { } result)
                    context.Terminal.WriteUntrusted($"\nSample of its text:\n{result.Sample}");
                break;
        }
    }
}
