using System.Security.Cryptography;
using Sweep.Domain.Models;

namespace Sweep.Client.Datasets;

/// <summary>A text to train on: at least two distinct characters.</summary>
/// <param name="Sha256">The hash of <paramref name="Bytes"/>, lower-case hexadecimal.</param>
/// <param name="Bytes">The text as UTF-8.</param>
public sealed record DatasetText(string Name, string Sha256, byte[] Bytes, string Text)
{
    /// <summary>The length of the text in Unicode code points.</summary>
    public int Characters { get; } = Text.Length - Text.Count(char.IsLowSurrogate);

    public Vocabulary Vocabulary { get; } = Vocabulary.Of(Text);

    internal static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
