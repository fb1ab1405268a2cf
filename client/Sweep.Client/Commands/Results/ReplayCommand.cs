using System.CommandLine;
using Sweep.Client.Clusters;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.SweepFiles;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Commands.Results;

internal static class ReplayCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Sweep();
        var stop = new Option<string?>("--stop")
        {
            Description = "The stopping rule: asha, hyperband, median, threshold or patience.",
            HelpName = "rule",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "Sets a key of the rule, as often as you like: first=1, factor=3.",
            HelpName = "key=value",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        var all = new Option<bool>("--all")
        {
            Description = "Compares the rules with usual settings, and names the cheapest that loses nothing.",
        };
        var orders = new Option<int>("--orders")
        {
            Description = "In how many orders of the trials.",
            DefaultValueFactory = _ => 1000,
        };
        orders.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() is < 1 or > 100_000)
                result.AddError("--orders: expected a whole number from 1 to 100,000.");
        });
        return new DocumentedCommand(
            "replay",
            "Shows what a stopping rule would have saved and missed in a sweep that is over; trains nothing.",
            "sweep replay next-character --stop asha --set first=1 --set factor=3",
            "sweep replay next-character --all",
            "sweep replay next-character --all -o json")
        {
            address, stop, set, all, orders, CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            var (rule, settings) = (context.Value(stop), context.Value(set)!);
            if (context.Value(all) == rule is not null)
            {
                throw new WrongInputException(
                    $"replay: found {(rule is null ? "neither" : "both")}; expected one of --stop RULE and --all.");
            }

            if (rule is null && settings.Length > 0)
                throw new WrongInputException($"--set: found {settings[0]} beside --all; expected it beside --stop RULE.");
            await using var cluster = await context.OpenAsync();
            var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
            if (sweep.State is SweepState.Running or SweepState.Paused)
                throw new WrongInputException($"{sweep.Name}: found a sweep that is {Words(sweep.State)}; expected one that is over.");
            var curves = await CurvesAsync(cluster, sweep, context.Cancellation);
            var rules = rule is null
                ? ReplayReport.Usual(curves.Max(curve => curve.Epochs))
                : [StopOption.Read(rule, settings, sweep.Spec)];
            var report = ReplayReport.Of(sweep.Spec, curves, rules, context.Value(orders));
            context.Terminal.Write(ReplayTable.Of(report), context.Format, "No rule judges a trial of so few epochs.");
            if (context.Format == OutputFormat.Table)
                Conclude(context, sweep, report, isComparison: rule is null);
            return ExitCode.Done;
        });
    }

    /// <summary>The curves of the trials, or of their points, that trained to their ends or failed by themselves.</summary>
    private static async Task<IReadOnlyList<TrialCurve>> CurvesAsync(
        Cluster cluster, SweepOverview sweep, CancellationToken cancellation)
    {
        var trials = (await cluster.Reader.TrialsAsync(sweep.Id, cancellation))
            .Where(trial => trial.State is not TrialState.Cancelled && trial.EpochsDone > 0)
            .ToList();
        if (trials.Find(trial => trial.State == TrialState.Stopped) is { } stopped)
        {
            throw new WrongInputException(
                $"{sweep.Name}/{stopped.Number}: found a trial that a stopping rule ended; expected trials with all their epochs.");
        }

        if (trials.Find(trial => trial.PrunedAt is not null) is { } pruned)
        {
            throw new WrongInputException(
                $"{sweep.Name}/{pruned.Number}: found a trial whose epochs were pruned; expected trials with all their epochs.");
        }

        var read = BuiltInMetrics.Catalog.Find(sweep.Spec.Objective.Metric)!.Read;
        var scores = trials.ToDictionary(trial => trial.Number, _ => new List<double>());
        await foreach (var (number, _, epoch) in cluster.Reader.EpochsAsync(sweep.Id, null, cancellation))
            scores.GetValueOrDefault(number)?.Add(sweep.Spec.Objective.Score(read(epoch)));
        TrialCurve[] curves =
        [
            .. trials.Where(trial => scores[trial.Number].Count > 0)
                .GroupBy(
                    trial => (trial.Number - 1) / sweep.Spec.TrialsPerPoint,
                    trial => new TrialCurve(scores[trial.Number], trial.Parameters.Epochs))
                .Select(point => sweep.Spec.TrialsPerPoint == 1 ? point.Single() : TrialCurve.OfPoint([.. point])),
        ];
        return curves.Length > 0
            ? curves
            : throw new WrongInputException($"{sweep.Name}: found no trial with an epoch; expected at least one.");
    }

    private static void Conclude(CommandContext context, SweepOverview sweep, ReplayReport report, bool isComparison)
    {
        var metric = sweep.Spec.Objective.Metric;
        context.Terminal.Out.WriteLine(
            $"\nWithout a rule: {report.Epochs} epochs of {report.Trials} trials, best {metric} {Quantities.Loss(report.Best)}. "
            + $"Means over {report.Orders} orders of the trials; found is the median.");
        if (!isComparison)
            return;
        context.Terminal.Out.WriteLine(report.Cheapest is { } cheapest
            ? $"Cheapest without regret in {ReplayReport.Wanted * 100:0} % of the orders: stop: {ReplayTable.Text(cheapest.Rule)}"
            : $"No rule is without regret in {ReplayReport.Wanted * 100:0} % of the orders.");
    }

    private static string Words(SweepState state) => state.ToString().ToLowerInvariant();
}
