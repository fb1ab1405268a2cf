using System.Security.Cryptography;

namespace Sweep.Storage;

/// <summary>SHA-256 as lower-case hexadecimal.</summary>
internal static class Sha256Text
{
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <returns>The bytes, if they have the expected hash.</returns>
    /// <param name="what">The beginning of the message, such as <c>The checkpoint of trial 7/3</c>.</param>
    /// <exception cref="InvalidDataException">The bytes have another hash.</exception>
    public static byte[] Check(byte[] bytes, string expected, string what) => Of(bytes) is var found && found == expected
        ? bytes
        : throw new InvalidDataException($"{what} is damaged: found SHA-256 {found} of {bytes.Length} bytes, expected {expected}.");
}
