using System.Security.Cryptography;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Runner.Conversation;
using Sweep.Runner.Running;

namespace Sweep.Runner;

/// <summary>
/// Carries out one command after the other. Each RunProgram and Stop is answered with exactly one final event. An error in a loaded folder
/// or checkpoint is reported by the RunProgram that needs it.
/// </summary>
internal sealed class RunnerSession(CommandInbox inbox, RunnerOutput output, ProgramPlace place)
{
    private (byte[] Bytes, string? Damage)? _folder;
    private (byte[] Bytes, string? Damage)? _checkpoint;

    /// <summary>Never returns, since the process ends when the stream of commands ends.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            var (command, payload) = await inbox.NextAsync();
            switch (command)
            {
                case TrainerCommand.LoadFolder load:
                    _folder = (payload, Damage("folder", payload, load.Sha256));
                    break;
                case TrainerCommand.LoadCheckpoint load:
                    _checkpoint = (payload, Damage("checkpoint", payload, load.Sha256));
                    break;
                case TrainerCommand.RunProgram run:
                    await EndAsync(await RunAsync(run));
                    break;
                case TrainerCommand.Stop:
                    await EndAsync(new TrainerEvent.Stopped());
                    break;
                case TrainerCommand.GoOn:
                    // A stop overtook it, and the program is over.
                    break;
                default:
                    await EndAsync(Error($"The runner of programs does not know {command.GetType().Name}."));
                    break;
            }
        }
    }

    private async Task<TrainerEvent> RunAsync(TrainerCommand.RunProgram run)
    {
        var checkpoint = _checkpoint;
        _checkpoint = null;
        if (_folder is not { } folder)
            return Error("No folder is loaded; send LoadFolder before RunProgram.");
        if ((folder.Damage ?? checkpoint?.Damage) is { } damage)
            return Error(damage);
        try
        {
            return await new ProgramRun(run, inbox, output, place).RunAsync(folder.Bytes, checkpoint?.Bytes);
        }
        catch (Exception error) when (error is InvalidDataException or UnauthorizedAccessException)
        {
            return Error(error.Message);
        }
        catch (IOException error)
        {
            return Error($"The program's folder cannot be made: {error.Message}");
        }
    }

    private async Task EndAsync(TrainerEvent lastWord)
    {
        output.Log(lastWord switch
        {
            TrainerEvent.Failed failed => $"failed ({failed.Reason.Name()}): {failed.Message}",
            TrainerEvent.Stopped => "stopped",
            _ => "finished",
        });
        output.Mark();
        await output.SayAsync(lastWord);
    }

    private static TrainerEvent.Failed Error(string message) => new(FailureReason.TrainerError, message);

    private static string? Damage(string what, byte[] bytes, string sha256)
    {
        var found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return found == sha256 ? null : $"The {what} is damaged: its SHA-256 is {found}; expected {sha256}.";
    }
}
