using System.Security.Cryptography;
using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Trainer.Checkpoints;
using Sweep.Trainer.Data;
using Sweep.Trainer.Models;
using Sweep.Trainer.Results;
using Sweep.Trainer.Training;
using TorchSharp;

namespace Sweep.Trainer.Conversation;

/// <summary>
/// Carries out one command after the other on the calling thread. Each Train, Generate and Stop is answered with exactly one final event.
/// An error in a loaded text or checkpoint is reported by the Train or Generate that needs it.
/// </summary>
/// <param name="environment">Where this process trains, with its own number of threads.</param>
internal sealed class TrainerSession(
    CommandInbox inbox, Stream output, torch.Device device, AttemptEnvironment environment, TrainerLog log)
{
    /// <summary>
    /// Most characters that a default prompt takes from the text's beginning. The answer contains the prompt and must fit a frame.
    /// </summary>
    private const int LongestBeginning = 10_000;

    private Loaded<TextDataset>? _text;
    private Loaded<SafeTensorsFile>? _checkpoint;

    /// <summary>Never returns, since the process ends when the stream of commands ends.</summary>
    public void Run()
    {
        while (true)
        {
            var (command, payload) = inbox.Next();
            if (Answer(command, payload) is { } lastWord)
            {
                Note(lastWord);
                log.Mark();
                Say(lastWord, []);
            }
        }
    }

    private TrainerEvent? Answer(TrainerCommand command, byte[] payload)
    {
        try
        {
            switch (command)
            {
                case TrainerCommand.LoadDataset load:
                    _text?.Dispose();
                    _text = Loaded<TextDataset>.Of(() => TextDataset.Load(payload, load.Sha256, device));
                    return null;
                case TrainerCommand.LoadCheckpoint load:
                    _checkpoint = Loaded<SafeTensorsFile>.Of(() => Verified(payload, load.Sha256));
                    return null;
                case TrainerCommand.Train train:
                    var text = (_text ?? throw new TrainerException("No text is loaded; send LoadDataset before Train.")).Value;
                    return Attempt.Run(train, text, TakeCheckpoint(), device, environment, log, Say, inbox.TakeStop, inbox.TakeJudgement);
                case TrainerCommand.Generate generate:
                    return new TrainerEvent.Generated(Generate(generate, TakeCheckpoint()));
                case TrainerCommand.GoOn:
                    // A stop overtook it, and the training is over.
                    return null;
                case TrainerCommand.Stop:
                    return new TrainerEvent.Stopped();
                default:
                    throw new TrainerException($"The trainer does not know {command.GetType().Name}.");
            }
        }
        catch (IOException)
        {
            // The silo has closed its end of the stream, so there is nothing to answer to.
            throw;
        }
        catch (Exception error)
        {
            _checkpoint = null;
            if (error is not (TrainerException or DivergedException))
                log.Defect(error);
            return Failures.Of(error);
        }
    }

    private string Generate(TrainerCommand.Generate command, SafeTensorsFile? checkpoint)
    {
        var file = checkpoint ?? throw new TrainerException("No checkpoint is loaded; send LoadCheckpoint before Generate.");
        var (parameters, vocabulary) = CheckpointHeader.Of(file).Trial();
        using var model = new CharacterModel(ModelShape.Of(parameters, vocabulary.Size), dropout: 0, seed: 0, device);
        foreach (var (name, parameter) in model.Parameters)
            file.CopyTo($"best.{name}", parameter);
        var text = new TextGenerator(model, vocabulary, parameters.SequenceLength, device);
        var prompt = command.Prompt.Length == 0 && _text is { } beginning
            ? beginning.Value.Beginning(Math.Min(parameters.SequenceLength, LongestBeginning))
            : command.Prompt;
        return prompt + text.Continue(prompt, command.Length, command.Temperature, command.Seed);
    }

    private static SafeTensorsFile Verified(byte[] bytes, string sha256)
    {
        var found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return found == sha256
            ? new(bytes)
            : throw new TrainerException($"The checkpoint is damaged: its SHA-256 is {found}; expected {sha256}.");
    }

    private SafeTensorsFile? TakeCheckpoint()
    {
        var taken = _checkpoint;
        _checkpoint = null;
        return taken?.Value;
    }

    private void Say(TrainerEvent message, byte[] payload)
    {
        if (message is TrainerEvent.CheckpointWritten checkpoint)
            log.CheckpointWritten(checkpoint.Epoch, checkpoint.Step, payload.Length);
        Frame.WriteAsync(output, message, payload, CancellationToken.None).GetAwaiter().GetResult();
    }

    private void Note(TrainerEvent lastWord)
    {
        switch (lastWord)
        {
            case TrainerEvent.Succeeded succeeded: log.Finished(succeeded.Result); break;
            case TrainerEvent.Failed failed: log.Failed(failed.Reason, failed.Message); break;
            case TrainerEvent.Stopped: log.Stopped(); break;
        }
    }

    /// <summary>Something that was loaded, or the reason why it could not be loaded.</summary>
    private sealed class Loaded<T>(T? value, Exception? error) : IDisposable
        where T : class
    {
        public T Value => error is null ? value! : throw new TrainerException(error.Message);

        public static Loaded<T> Of(Func<T> load)
        {
            try
            {
                return new(load(), null);
            }
            catch (Exception error)
            {
                return new(null, error);
            }
        }

        public void Dispose() => (value as IDisposable)?.Dispose();
    }
}
