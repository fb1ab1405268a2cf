using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Runner.Conversation;

namespace Sweep.Runner.Running;

/// <summary>
/// Sends what a program keeps in its checkpoint's folder. It is read whole while the program waits for its answer, or after its end. One
/// that is changed meanwhile all the same is left out, and a later one has it.
/// </summary>
/// <param name="epochs">Those that the program has reported.</param>
/// <param name="time">What they took.</param>
internal sealed class CheckpointFolder(
    string folder, double every, ReportedEpochs epochs, AttemptClock time, RunnerOutput output, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();
    private long _last = clock.GetTimestamp();
    private long _written;
    private int _epoch;

    /// <param name="epoch">The epoch that was reported last.</param>
    /// <param name="always">Whether it is sent even if the last one was sent a short time ago.</param>
    /// <exception cref="ProgramMistakeException">The folder holds what cannot be stored.</exception>
    public async Task SendAsync(int epoch, bool always)
    {
        if (epoch == _epoch)
            return;
        var isTime = clock.GetElapsedTime(_last).TotalSeconds >= every && CheckpointSpec.Allows(_written, clock.GetElapsedTime(_started));
        if (!always && !isTime)
            return;
        byte[] bytes;
        try
        {
            if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
                return;
            if (FolderFiles.Read(folder, CheckpointArchive.MostBytes) is not { } files)
            {
                output.Log($"the checkpoint after epoch {epoch} changed while it was read, and is left out");
                return;
            }

            bytes = CheckpointArchive.Write(epoch, epochs.First, time.Now, files);
            // The names of many files may take more than what is in them.
            if (bytes.Length > CheckpointArchive.MostBytes)
                throw FolderFiles.TooLarge(CheckpointArchive.MostBytes);
        }
        catch (Exception error) when (error is InvalidDataException or UnauthorizedAccessException or IOException)
        {
            throw new ProgramMistakeException(
                FailureReason.ProgramFailed, $"the checkpoint after epoch {epoch} cannot be stored: {error.Message}");
        }

        await output.SayAsync(new TrainerEvent.CheckpointWritten(epoch, 0), bytes);
        _epoch = epoch;
        _written += bytes.Length;
        _last = clock.GetTimestamp();
    }
}
