using System.CommandLine;
using Sweep.Client.Clusters;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.Programs;
using Sweep.Client.Running;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Commands.Sweeps;

internal static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = CommonOptions.File();
        var set = CommonOptions.Set();
        var name = new Option<string?>("--name") { Description = "The sweep's name in place of the file's; refused when it is taken." };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !SweepName.IsValid(token.Value))
                result.AddError($"--name: found {(token.Value.Length == 0 ? "nothing" : token.Value)}; expected {SweepName.Expectation}.");
        });
        var afresh = new Option<bool>("--new") { Description = "Start afresh even if a sweep of this file is unfinished." };
        var detach = CommonOptions.Detach();
        return new DocumentedCommand(
            "run",
            "Trains a sweep file's trials, shows them live and compares them at the end. "
            + "Without --postgres it starts a private cluster, which ends with it.",
            "sweep run examples/next-character.yaml",
            "sweep run examples/next-character.yaml --set parameters.epochs=10 --name quick",
            "sweep run examples/next-character.yaml --detach")
        {
            file, set, name, afresh, detach, CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            await using var clusters = new LazyCluster(() => WatchedOrder.OpenAsync(context, context.Value(detach)));
            var chosen = context.Value(name);
            string[] overrides = [.. context.Value(set)!, .. chosen is null ? Array.Empty<string>() : [$"name={chosen}"]];
            var path = context.Value(file);
            ISubmission sweep = await ProgramSweep.LoadAsync(path, overrides, context.Cancellation) is { } program
                ? program
                : await context.LoadAsync(path, overrides, clusters);
            (sweep as ProgramSweep)?.Warn(context.Terminal);
            var cluster = await clusters.GetAsync();
            var stored = await new SweepStart(cluster, context.Console)
                .StartAsync(sweep, exactName: chosen is not null, context.Value(afresh));
            if (!context.Value(detach))
                return await new SweepFollower(cluster, context.Console).FollowAsync(stored, $"sweep resume {stored}");
            context.PrintLine($"{stored} runs; `sweep watch {stored}` shows it.");
            return ExitCode.Done;
        }).WithMachine();
    }
}
