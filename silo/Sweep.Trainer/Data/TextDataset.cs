using System.Security.Cryptography;
using System.Text;
using Sweep.Domain.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Sweep.Trainer.Data;

/// <summary>A text as the ids of its characters.</summary>
internal sealed class TextDataset : IDisposable
{
    private TextDataset(string sha256, string text, Device device)
    {
        Sha256 = sha256;
        Vocabulary = Vocabulary.Of(text);
        using var scope = NewDisposeScope();
        Ids = torch.tensor(Vocabulary.Encode(text)).to(device).DetachFromDisposeScope();
    }

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
            return text.Length == 0 ? throw new TrainerException("The text is empty.") : new(sha256, text, device);
        }
        catch (DecoderFallbackException error)
        {
            throw new TrainerException($"The text is not UTF-8: byte {error.Index} is wrong.");
        }
    }

    public void Dispose() => Ids.Dispose();
}
