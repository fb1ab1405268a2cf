using System.Security.Cryptography;
using System.Text;
using Sweep.Domain.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Sweep.Trainer.Data;

/// <summary>A text as the ids of its characters.</summary>
internal sealed class TextDataset : IDisposable
{
    private TextDataset(string sha256, Vocabulary vocabulary, Tensor ids) =>
        (Sha256, Vocabulary, Ids) = (sha256, vocabulary, ids.DetachFromDisposeScope());

    public string Sha256 { get; }

    public Vocabulary Vocabulary { get; }

    /// <summary>Character ids, int64 [characters], each in [0, vocabulary).</summary>
    public Tensor Ids { get; }

    public int Characters => (int)Ids.shape[0];

    /// <summary>The first characters of the text, or all of it when the text is shorter.</summary>
    public string Beginning(int characters)
    {
        using var scope = NewDisposeScope();
        return Vocabulary.Decode(Ids.narrow(0, 0, Math.Min(characters, Characters)).cpu().data<long>().Select(id => (int)id));
    }

    /// <param name="bytes">The text in UTF-8.</param>
    /// <param name="sha256">Expected SHA-256 of the bytes, in lower-case hexadecimal.</param>
    /// <exception cref="TrainerException">The bytes have another hash, are empty, or are not UTF-8.</exception>
    public static TextDataset Load(byte[] bytes, string sha256, Device device)
    {
        var found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (found != sha256)
            throw new TrainerException($"The text's SHA-256 is {found}; expected {sha256}.");
        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
            if (text.Length == 0)
                throw new TrainerException("The text is empty.");
            using var scope = NewDisposeScope();
            var vocabulary = Vocabulary.Of(text);
            return new(sha256, vocabulary, torch.tensor(vocabulary.Encode(text)).to(device));
        }
        catch (DecoderFallbackException error)
        {
            throw new TrainerException($"The text is not UTF-8: byte {error.Index} is wrong.");
        }
    }

    /// <summary>The same text by the ids of a larger vocabulary.</summary>
    /// <returns>Null when the vocabulary is that of the text itself.</returns>
    /// <exception cref="ImpossibleTrialException">The text has characters that the vocabulary has not.</exception>
    public TextDataset? EncodedBy(Vocabulary vocabulary)
    {
        if (vocabulary.Characters.SequenceEqual(Vocabulary.Characters))
            return null;
        var ids = vocabulary.Encode(string.Concat(Vocabulary.Characters));
        if (ids.Length < Vocabulary.Size)
            throw new ImpossibleTrialException("The text has characters that the trial's vocabulary has not.");
        using var scope = NewDisposeScope();
        return new(Sha256, vocabulary, torch.tensor(ids).to(Ids.device).index_select(0, Ids));
    }

    public void Dispose() => Ids.Dispose();
}
