using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Results;

internal static class LogsCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Trial();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the trial is over or the sweep stops." };
        return new DocumentedCommand(
            "logs",
            "What a trial's trainer wrote to its standard error, or its program printed, all attempts.",
            "sweep logs next-character/3",
            "sweep logs next-character/3 --follow")
        {
            address, follow,
        }.Runs(terminal, async context =>
            {
                await using var cluster = await context.OpenAsync();
                var number = context.Value(address).Trial!.Value;
                var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
                var position = 0L;
                if (context.Value(follow))
                    context.Terminal.WatchReader();
                while (true)
                {
                    // This must be asked before the lines are read, so that the last ones are not missed. The database of a private
                    // cluster that this process owns gets no more lines, since no silo runs on it.
                    var more = context.Value(follow)
                        && cluster.Private is null
                        && await cluster.Reader.MayLogAsync(sweep.Id, number, context.Cancellation);
                    foreach (var line in await cluster.Reader.LogAsync(sweep.Id, number, position, context.Cancellation))
                    {
                        context.Terminal.WriteUntrusted($"{Quantities.LocalTime(line.At)}  attempt {line.Attempt}  {line.Text}");
                        position = line.Position;
                    }

                    if (!more)
                        return ExitCode.Done;
                    await Task.Delay(Pause, context.Cancellation);
                }
            });
    }
}
