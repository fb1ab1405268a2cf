using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Sweeps;
using Sweep.Storage;

namespace Sweep.Client.Commands.Database;

internal static class PruneCommand
{
    public static Command Create(Terminal terminal)
    {
        var age = new Option<TimeSpan>("--older-than")
        {
            Description = "Only sweeps that ended longer ago: 30d, 12h or 90m; 30d unless given.",
            HelpName = "age",
            DefaultValueFactory = _ => TimeSpan.FromDays(30),
            CustomParser = ReadAge,
        };
        var best = new Option<int>("--keep-best")
        {
            Description = "Trials of each sweep that keep everything, the best by its objective; 3 unless given.",
            HelpName = "n",
            DefaultValueFactory = _ => 3,
        };
        best.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() < 0)
                result.AddError("--keep-best: expected a whole number of at least 0.");
        });
        var dry = new Option<bool>("--dry-run") { Description = "Only show what would be freed." };
        var yes = CommonOptions.Yes();
        return new DocumentedCommand(
            "prune",
            "Frees checkpoints, logs and epochs of sweeps that are over. "
            + "Trials keep their rows, results and histories, and their best and last epochs.",
            "sweep prune --older-than 30d --keep-best 3 --dry-run",
            "sweep prune --older-than 30d --keep-best 3",
            "sweep prune --older-than 12h --keep-best 0 --yes -o json")
        {
            age, best, dry, yes, CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            if (!context.Value(dry) && !context.Value(yes) && !context.Terminal.CanAsk)
                throw new WrongInputException("prune: nobody is there to be asked; add --yes, or --dry-run to look first.");
            await using var cluster = await context.OpenAsync();
            var plan = await PlanAsync(cluster.Retention, context.Value(age), context.Value(best), context.Cancellation);
            if (plan.Count == 0 || context.Value(dry))
                return Show(context, await EachAsync(plan, cluster.Retention.MeasureAsync, context.Cancellation));
            if (!context.Value(yes))
            {
                Show(context, await EachAsync(plan, cluster.Retention.MeasureAsync, context.Cancellation));
                if (!context.Terminal.Ask("Free this for good?", whenEmpty: false))
                    return ExitCode.Refused;
            }

            return Show(context, await EachAsync(plan, cluster.Retention.FreeAsync, context.Cancellation));
        });
    }

    private static async Task<List<(OldSweep Sweep, IReadOnlyList<RetainedTrial> Trials)>> PlanAsync(
        RetentionStore store, TimeSpan age, int best, CancellationToken cancellation)
    {
        var plan = new List<(OldSweep, IReadOnlyList<RetainedTrial>)>();
        foreach (var sweep in await store.SweepsAsync(age, cancellation))
        {
            if (RetentionRule.Freed(await store.TrialsAsync(sweep.Id, cancellation), best) is { Count: > 0 } trials)
                plan.Add((sweep, trials));
        }

        return plan;
    }

    private static async Task<List<PruneRow>> EachAsync(
        List<(OldSweep Sweep, IReadOnlyList<RetainedTrial> Trials)> plan,
        Func<int, IReadOnlyList<RetainedTrial>, CancellationToken, Task<FreedRows>> work,
        CancellationToken cancellation)
    {
        var rows = new List<PruneRow>();
        foreach (var (sweep, trials) in plan)
            rows.Add(new(sweep, trials.Count, await work(sweep.Id, trials, cancellation)));
        return rows;
    }

    private static ExitCode Show(CommandContext context, IReadOnlyList<PruneRow> rows)
    {
        context.Terminal.Write(PruneTable.Of(rows), context.Format, "Nothing to free.");
        return ExitCode.Done;
    }

    private static TimeSpan ReadAge(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var unit = text.LastOrDefault() switch
        {
            'd' => TimeSpan.FromDays(1),
            'h' => TimeSpan.FromHours(1),
            'm' => TimeSpan.FromMinutes(1),
            _ => TimeSpan.Zero,
        };
        if (unit > TimeSpan.Zero
            && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= 100_000)
        {
            return unit * count;
        }
        result.AddError($"--older-than: found {text}; expected a number of days, hours or minutes: 30d, 12h or 90m.");
        return default;
    }
}
