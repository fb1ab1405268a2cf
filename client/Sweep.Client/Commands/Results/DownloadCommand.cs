using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.Weights;

namespace Sweep.Client.Commands.Results;

internal static class DownloadCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Trial();
        var output = new Option<string?>("--output")
        {
            Description = "The folder to write, which may be new; without it SWEEP-N in the current folder.",
            HelpName = "folder",
        };
        var force = new Option<bool>("--force") { Description = "Replace the files of an earlier download." };
        return new DocumentedCommand(
            "download",
            "Writes the weights of a trial's best epoch, so far if it runs, into a folder: model.safetensors, vocabulary.json and a "
            + "README.md, with which PyTorch and TorchSharp load them.",
            "sweep download next-character/3",
            "sweep download next-character/3 --output models/best --force")
        {
            address, output, force,
        }.Runs(terminal, async context =>
        {
            var (name, number) = (context.Value(address).Name, context.Value(address).Trial!.Value);
            var folder = context.Value(output) ?? $"{name}-{number}";
            WeightsFolder.Check("--output", folder, context.Value(force));
            await using var cluster = await context.OpenAsync();
            var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
            var weights = await WeightsReader.ReadAsync(cluster, sweep, number, context.Cancellation);
            var trial = (await cluster.Reader.TrialAsync(sweep.Id, number, context.Cancellation))!;
            var readme = WeightsReadme.Of(sweep, trial, weights);
            var bytes = await WeightsFolder.WriteAsync(folder, weights, readme, context.Cancellation);
            context.Terminal.Out.WriteLine(
                $"{folder}: the weights of epoch {weights.Epoch}, {Quantities.Bytes(bytes)}; see README.md there.");
            return ExitCode.Done;
        });
    }
}
