using Sweep.Domain.Models;
using Sweep.Trainer.Data;
using Sweep.Trainer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Sweep.Trainer.Results;

/// <summary>Writes text with a model, one character after the other, each predicted from the window before it.</summary>
/// <param name="length">Characters in a window, the same number as in training.</param>
internal sealed class TextGenerator(CharacterModel model, Vocabulary vocabulary, int length, Device device)
{
    /// <summary>Returns the characters that follow the prompt. The result depends on nothing but the weights and these arguments.</summary>
    /// <param name="prompt">At least one character, each in the vocabulary. Only its last <c>length</c> characters matter.</param>
    /// <param name="count">Characters to write, at least 0.</param>
    /// <param name="temperature">Above 0; a lower temperature prefers likely characters more strongly.</param>
    /// <param name="step">Called after each character.</param>
    /// <exception cref="TrainerException">The model cannot go on from this prompt, or at this temperature.</exception>
    public string Continue(string prompt, int count, double temperature, long seed, Action? step = null)
    {
        Check(prompt, count, temperature);
        using var _ = no_grad();
        using var generator = TrialSeed.Sample(seed);
        var ids = vocabulary.Encode(prompt).ToList();
        var written = new List<int>(count);
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var window = torch.tensor(ids.TakeLast(length).ToArray()).unsqueeze(0).to(device);
            // Double precision is needed, since at a low temperature the scores are too large for float32.
            var scores = model.Logits(window)[0].to(float64).cpu() / temperature;
            var next = scores.softmax(0).multinomial(1, generator: generator).item<long>();
            ids.Add(next);
            written.Add((int)next);
            step?.Invoke();
        }

        return vocabulary.Decode(written);
    }

    private void Check(string prompt, int count, double temperature)
    {
        if (prompt.Length == 0)
            throw new TrainerException("prompt: found an empty text; expected at least one character.");
        var unknown = prompt.EnumerateRunes().Where(rune => !vocabulary.Characters.Contains(rune)).Distinct().ToList();
        if (unknown.Count > 0)
            throw new TrainerException(
                $"prompt: found characters that the text has not: {string.Join(' ', unknown.Select(rune => $"'{rune}'"))}.");
        if (count < 0)
            throw new TrainerException($"length: found {count}; expected at least 0.");
        if (!(temperature > 0 && double.IsFinite(temperature)))
            throw new TrainerException($"temperature: found {temperature}; expected a number above 0.");
    }
}
