using System.Text;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Trainer.Data;
using static TorchSharp.torch;

namespace Sweep.Tests.Trainer;

[Collection(TorchCollection.Name)]
public sealed class SamplePromptTests
{
    [Theory]
    [InlineData("To be, or not to be", "To be, or not to be")]
    [InlineData("\n\n  \u00ABBe\u00BB or not", "Be\u00BB or not")]
    [InlineData("... --- ...", "... --- ...")]
    [InlineData("\U0001F600 \U0001F600", "\U0001F600 \U0001F600")]
    public void A_short_text_is_its_own_prompt_from_its_first_word_on(string text, string expected) => Assert.Equal(expected, Prompt(text));

    [Fact]
    public void A_long_text_gives_its_beginning_to_the_end_of_a_word()
    {
        var text = "  " + string.Join(' ', Enumerable.Range(0, 60).Select(number => $"word{number}"));
        var prompt = Prompt(text);
        Assert.InRange(prompt.Length, 90, SamplePrompt.Most);
        Assert.StartsWith(prompt + " ", text.TrimStart(), StringComparison.Ordinal);
        Assert.Equal(new string('a', SamplePrompt.Most), Prompt(new string('a', 300)));
        // The word ends exactly where the prompt may end at the latest.
        Assert.Equal(SamplePrompt.Most, Prompt($"{new string('a', 50)} {new string('b', 49)} c").Length);
        Assert.Equal(50, Prompt($"{new string('a', 50)} {new string('b', 50)} c").Length);
    }

    [Fact]
    public async Task Trials_of_every_length_and_cell_write_on_from_the_same_prompt_and_store_it()
    {
        const string text =
            "\n(To be, or not to be, that is the question: whether 'tis nobler in the mind to suffer the slings and arrows)";
        using var trainer = new TrainerProgram();
        await trainer.Load(text);
        var results = new List<(string? Prompt, string Sample)>();
        foreach (var (cell, length) in new[] { (CellKind.Rnn, 5), (CellKind.Lstm, 12), (CellKind.Gru, 12) })
        {
            await trainer.SendAsync(TrialOrders.Order(TrialOrders.Parameters(cell) with { SequenceLength = length, Epochs = 2 }));
            var result = (await trainer.ReceiveAsync<TrainerEvent.Succeeded>()).Message.Result;
            results.Add((result.Prompt, result.Sample));
        }

        const string prompt = "To be, or not to be, that is the question: whether 'tis nobler in the mind to suffer the slings and";
        Assert.All(results, result => Assert.Equal(prompt, result.Prompt));
        Assert.All(results, result => Assert.Equal(100, result.Sample.Length));
    }

    private static string Prompt(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var dataset = TextDataset.Load(bytes, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), CPU);
        return SamplePrompt.Of(dataset);
    }
}
