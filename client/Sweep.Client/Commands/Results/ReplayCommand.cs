using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.Reports;
using Sweep.Client.SweepFiles;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
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
            var trials = await cluster.Reader.TrialsAsync(sweep.Id, context.Cancellation);
            if (ReplayCurves.Problem(sweep, trials) is { } problem)
                throw new WrongInputException(problem);
            var curves = await ReplayCurves.ReadAsync(cluster, sweep, trials, context.Cancellation);
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

    private static void Conclude(CommandContext context, SweepOverview sweep, ReplayReport report, bool isComparison)
    {
        var metric = sweep.Spec.Objective.Metric;
        context.Terminal.Out.WriteLine(
            $"\nWithout a rule: {report.Epochs} epochs of {report.Trials} trials, best {metric} {Quantities.Metric(report.Best)}. "
            + $"Means over {report.Orders} orders of the trials; found is the median.");
        if (!isComparison)
            return;
        context.Terminal.Out.WriteLine(report.Cheapest is { } cheapest
            ? $"Cheapest without regret in {ReplayReport.Wanted * 100:0} % of the orders: stop: {ReplayTable.Text(cheapest.Rule)}"
            : $"No rule is without regret in {ReplayReport.Wanted * 100:0} % of the orders.");
    }

    private static string Words(SweepState state) => state.ToString().ToLowerInvariant();
}
